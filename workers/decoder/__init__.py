"""Opens posted photos in separate processes, so that a malicious file can harm nothing but its decoder."""
