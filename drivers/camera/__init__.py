"""Cameras: pictures in, codes out. What touches a picture lives in a process of its own (`decoder`, `child`)."""
