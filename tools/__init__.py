"""Scripts for the maintainers of this repository; none of them is installed with the package."""
