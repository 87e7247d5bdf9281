"""The list of sample cases: what each mail shows and what must become of it.

Promises: CASES is complete and in the order of the folders. Touches: nothing.
Trusts: the three lists. Limits: a Kreis applies in one case only, unless a second application
is what the case shows, so that the cases do not disturb each other.
"""

from samples.gueltig import GUELTIG
from samples.maengel import MAENGEL
from samples.sonstige import SONSTIGE

CASES = (*GUELTIG, *MAENGEL, *SONSTIGE)
