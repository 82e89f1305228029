"""The fluoroscopy room in the browser: rehearsing, performing, planning, looking back.

Its endpoints stand in ``routes``; nothing is imported here, for a live room's process begins below this package.
"""
