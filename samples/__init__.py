"""Sample mails, drawn by the project itself: forms, pens, stamps, scanners and envelopes.

Promises: `python -m samples.make` writes the same bytes every time. Touches: samples/ alone.
Trusts: Pillow, reportlab, pypdf and the fonts Liberation and DejaVu of Debian.
Limits: persons, streets, telephone and account numbers are invented; no real signature.
"""
