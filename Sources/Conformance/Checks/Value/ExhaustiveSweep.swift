import CActZoo
import Foundation

/// All 2^32 inputs of f32, shared out over threads, with one setting of the parameters.
struct ExhaustiveSweep: @unchecked Sendable {
  private let accuracy: AccuracyRun
  private let outputs: [Output]
  private let setting: Setting
  /// Inputs of one call.
  static let chunk = 1 << 16

  init(_ run: AccuracyRun, _ outputs: [Output], _ setting: Setting) {
    (self.accuracy, self.outputs) = (run, outputs)
    self.setting = setting.rounded(to: run.kernel.type)
  }

  /// Where the threads meet.
  private final class Meeting: @unchecked Sendable {
    private let lock = NSLock()
    private var next = 0
    private var tallies: [Tally]
    var trouble: (any Error)?

    init(_ count: Int) { tallies = [Tally](repeating: Tally(), count: count) }

    /// The next chunk, or nil if there is none left, or something cannot be mended.
    func take(of count: Int, _ progress: (Double) -> Void) -> Int? {
      lock.withLock {
        if next >= count || trouble != nil { return nil }
        next += 1
        if next % 64 == 0 { progress(Double(next) / Double(count)) }
        return next - 1
      }
    }

    func add(_ i: Int, _ tally: Tally) { lock.withLock { tallies[i].merge(tally) } }
    func stop(_ error: any Error) { lock.withLock { trouble = error } }
    func result(_ i: Int) -> Tally { lock.withLock { tallies[i] } }
  }

  /// Judges all of them and adds what was found to the test.
  func run() throws {
    let meeting = Meeting(outputs.count)
    let chunks = (1 << 32) / Self.chunk
    accuracy.test.doing("\(outputs[0].claimedPass) on all 2^32 inputs")
    DispatchQueue.concurrentPerform(iterations: max(1, accuracy.test.test.threads)) { _ in
      do {
        let worker = try Worker(accuracy, outputs, setting)
        while let index = meeting.take(of: chunks, { accuracy.test.board.progress = $0 }) {
          try worker.judge(index)
        }
        for (i, tally) in worker.tallies.enumerated() { meeting.add(i, tally) }
      } catch {
        meeting.stop(error)
      }
    }
    accuracy.test.board.progress = 1
    if let trouble = meeting.trouble { throw trouble }
    for (i, output) in outputs.enumerated() { accuracy.add(meeting.result(i), output, setting, 0) }
  }

  /// One thread's judges and buffers.
  private final class Worker {
    var tallies: [Tally]
    private let judges: [Judge]
    private let row: SweepRow
    private let wide: UnsafeMutablePointer<Double>
    private let results: UnsafeMutablePointer<Double>

    init(_ run: AccuracyRun, _ outputs: [Output], _ setting: Setting) throws {
      judges = try outputs.map { try run.judge(of: $0, setting, count: .max) }
      tallies = outputs.map { _ in Tally() }
      row = SweepRow(run.kernel, outputs, setting, ExhaustiveSweep.chunk)
      wide = .allocate(capacity: ExhaustiveSweep.chunk)
      results = .allocate(capacity: ExhaustiveSweep.chunk)
    }

    deinit {
      wide.deallocate()
      results.deallocate()
    }

    func judge(_ index: Int) throws {
      let n = ExhaustiveSweep.chunk
      let first = UInt32(index * n)
      for i in 0..<n {
        let x = Float(bitPattern: first &+ UInt32(truncatingIfNeeded: i))
        row.x[i] = x
        wide[i] = Double(x)
      }
      try row.call()
      for (k, judge) in judges.enumerated() {
        let got = row.results[k]
        for i in 0..<n { results[i] = Double(got[i]) }
        judge.judge(n, got: results, x: wide, g: row.wideG, u: row.wideNoise, into: &tallies[k])
      }
    }
  }
}
