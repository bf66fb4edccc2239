"""Several controls under one name, so that a teacher locks them together."""


class Group:
    """Controls and widgets that are locked and hidden together.

    Args:
        find: returns those that are there now, each a widget or a control with a `widget`.
    """

    def __init__(self, find):
        self._find = find

    @property
    def disabled(self):
        """True while one of them cannot be changed."""
        return any(each.disabled for each in self._find())

    @disabled.setter
    def disabled(self, value):
        for each in self._find():
            each.disabled = value

    def add_class(self, name):
        """Give all of them a class of the style sheet."""
        for each in self._find():
            getattr(each, "widget", each).add_class(name)

    def remove_class(self, name):
        """Take it away again."""
        for each in self._find():
            getattr(each, "widget", each).remove_class(name)
