"""What documents of the sales chain do to each other, in the transaction of whatever was done to one of them.

A delivery that is shipped makes its order part delivered; a receipt that is posted settles receivables, and with them an order. Nothing
is ever added to or taken off a figure: whatever was touched is summed anew from its documents (figures.py), so a figure is right
whenever its transaction has ended, whichever way it came about: saved, operated, taken back, deleted, restored, imported.

hooks.py is what saving, deleting and restoring call; rules.py says what is not allowed; settling.py sums anew and writes.
"""
