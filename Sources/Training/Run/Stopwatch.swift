import CSystem

/// Seconds of a clock that never jumps.
struct Stopwatch {
  private var start = Stopwatch.now()

  /// Seconds since the watch was made or last asked.
  mutating func lap() -> Double {
    let now = Stopwatch.now()
    defer { start = now }
    return now - start
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
