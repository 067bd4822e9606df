"""What a picture and the process that decodes it may use."""

from __future__ import annotations

from dataclasses import dataclass

FILE_LIMIT_BYTES = 64 * 1024 * 1024
PICTURE_LIMIT_PIXELS = 64_000_000
WORK_LIMIT_PIXELS = 12_000_000  # larger pictures are made smaller first; no code needs more

PIXEL_LIMIT_VARIABLE = "OPENCV_IO_MAX_IMAGE_PIXELS"  # OpenCV reads it once, so it is set before the process starts
EXIT_MEMORY = 70  # of a decoder process that may use no more of it


@dataclass(frozen=True, slots=True)
class DecoderLimits:
    """Of one decoder process; beyond them it is killed and another one started."""

    memory_mib: int = 384  # address space, RLIMIT_AS
    frame_cpu_s: int = 10  # CPU time of one picture, RLIMIT_CPU
    answer_s: float = 8.0  # wall time of one picture; then it hangs
