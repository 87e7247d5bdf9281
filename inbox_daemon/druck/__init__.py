"""The printer: a page of ours becomes a PDF/A, in a caged child of its own.

Promises: the same page gives the same bytes. Touches: its folder. Trusts: nothing of the page: it
holds words of mails, and pictures of documents. Limits: started by edges/drucker.py, imported by
nobody.
"""
