"""Approvals while they run: asking, finding whoever decides, deciding, carrying out, and what waits for whom.

people.py says who is meant, course.py moves a request from step to step without a database, the others bring both together.
"""
