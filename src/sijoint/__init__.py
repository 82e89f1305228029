"""SIJoint: the open system for fluoroscopy-guided sacroiliac joint injection.

Education, research and clinic workflow; the physician decides. It is not a certified medical device.
The house and its rooms are drawn in ARCHITECTURE.md.
"""

__version__ = "0.1.0"
