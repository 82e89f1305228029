"""What never reaches the log: texts of exceptions, which may hold what a patient said, and addresses as they were sent."""

import logging
import traceback


def where(error: BaseException) -> str:
    """The kind of an error and the lines that it came through, the innermost first; never its text."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    lines = (
        f"{frame.filename.rpartition('/sijoint/')[2].rpartition('/site-packages/')[2]}:{frame.lineno}"
        for frame in frames
    )
    return f"{type(error).__name__} at {' < '.join(reversed(list(lines)))}"


class NothingSent(logging.Filter):
    """For the handler of all logs: an exception is told by kind and place; the server's own lines on WebSockets go."""

    def filter(self, record: logging.LogRecord) -> bool:
        if '"WebSocket' in str(record.msg):  # holds the path; ``request_log`` has the same with the route's template
            return False
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            record.msg, record.args = "%s: %s", (str(record.msg).strip(), where(error))
        record.exc_info = record.exc_text = record.stack_info = None
        return True
