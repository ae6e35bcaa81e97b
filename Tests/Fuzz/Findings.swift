import CSystem

/// Ends the process with a sentence: the fuzzer keeps the input, and the sentence says what was wrong.
func finding(_ sentence: String) -> Never {
  let line = Array("\nFINDING: \(sentence)\n".utf8)
  _ = write(2, line, line.count)
  abort()
}

/// A step that takes a second on one input is a finding: readers and hosts wait for it.
///
/// The sanitizer and the counters of coverage make everything three to four times as slow.
private let slowSeconds = 4.0

/// Does one step, and judges its processor time, which other work on the machine does not change much.
func timed<Result, Failure>(
  _ step: String, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let start = processorSeconds()
  defer {
    let seconds = processorSeconds() - start
    if seconds > slowSeconds { finding("\(step) took \(seconds) s") }
  }
  return try body()
}

private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
