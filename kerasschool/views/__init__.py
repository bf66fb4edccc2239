"""What is drawn live in a notebook. A view only watches: it trains nothing and decides nothing.

Each view is three files: `name.py` (what is sent), `name.js` (how it is drawn), `name.css` (how it looks).
"""

from kerasschool.errors import helpful_getattr
from kerasschool.views.curves import Curves

__getattr__ = helpful_getattr(__name__, globals())
