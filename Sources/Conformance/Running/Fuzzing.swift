import CSystem
import Foundation

/// How long, and with which numbers, plugins are fuzzed.
public struct FuzzingOptions: Sendable {
  /// Seconds after which no new chunk begins.
  public var seconds = 60.0
  /// Children at once; 0: as many as there are processors.
  public var jobs = 0
  /// Decides everything that is tried.
  public var seed: UInt64 = 1

  /// A minute on all processors.
  public init() {}
}

/// Something that fuzzing found.
public struct FuzzFinding: Sendable {
  /// Path of the plugin.
  public let path: String
  /// Seed of the chunk: with the path it reproduces the finding.
  public let seed: UInt64
  /// The result of the chunk's test.
  public let result: TestResult

  /// The sentence to show.
  public var message: String { result.findings.first?.message ?? result.message }

  /// Findings that look alike are told once.
  var kind: String {
    let witness = result.findings.first?.witness
    return [
      path, result.test.activation ?? "", result.test.dtype ?? "", result.status.rawValue,
      witness?.pass ?? "", witness?.output ?? "",
    ].joined(separator: "|")
  }
}

/// What came of a run.
public struct FuzzReport: Sendable {
  /// Chunks that ended, of `callsPerChunk` calls each.
  public let chunks: Int
  /// How long it took.
  public let seconds: Double
  /// Each kind once, in the order in which they were met.
  public let findings: [FuzzFinding]
  /// What kept this program, and not a plugin, from testing.
  public let toolFailures: [String]

  /// Only what is a finding.
  public var found: [FuzzFinding] { findings.filter { $0.result.status.isFinding } }
}

/// Random valid calls for as long as one likes: the check fuzz-calls in one child process after another,
/// each with a seed of its own.
public struct Fuzzing {
  /// Calls in a chunk.
  public static let callsPerChunk = FuzzCalls.trials(.standard)

  /// A plugin with something to call.
  private struct Target {
    let path: String
    let kernels: [Census.Row]
  }

  private let targets: [Target]
  private let options: FuzzingOptions
  /// Plugins that do not load, each with the reason.
  public let troubles: [(path: String, message: String)]

  /// Asks each plugin, in a child, which kernels it has.
  public init(paths: [String], _ options: FuzzingOptions) {
    var targets: [Target] = []
    var troubles: [(path: String, message: String)] = []
    for path in paths {
      let census = Census.take(path, VerificationOptions())
      if let trouble = census.trouble {
        troubles.append((path, trouble))
      } else if census.kernels.isEmpty {
        troubles.append((path, "it has no kernels for the CPU."))
      } else {
        targets.append(Target(path: path, kernels: census.kernels))
      }
    }
    (self.targets, self.troubles, self.options) = (targets, troubles, options)
  }

  /// True if there is something to call.
  public var hasTargets: Bool { !targets.isEmpty }

  /// Runs chunks until the time is over.
  ///
  /// `onChunk` is told after each how many calls were made and which kernel was called; `onFinding` of
  /// each new finding. Both from any thread, one at a time.
  public func run(
    onChunk: @escaping (_ calls: Int, _ seconds: Double, _ kernel: String) -> Void = { _, _, _ in },
    onFinding: @escaping (FuzzFinding) -> Void = { _ in }
  ) -> FuzzReport {
    let start = ProcessInfo.processInfo.systemUptime
    let (targets, options) = (self.targets, self.options)
    guard !targets.isEmpty else {
      return FuzzReport(chunks: 0, seconds: 0, findings: [], toolFailures: [])
    }
    let lock = NSLock()
    nonisolated(unsafe) var seeds = Random(options.seed)
    nonisolated(unsafe) var (begun, ended) = (0, 0)
    nonisolated(unsafe) var findings: [FuzzFinding] = []
    nonisolated(unsafe) var failures: [String] = []
    nonisolated(unsafe) let report = (onChunk, onFinding)
    let jobs = options.jobs > 0 ? options.jobs : Int(csystem_processors())
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      while true {
        lock.lock()
        let isOver =
          begun > 0 && ProcessInfo.processInfo.systemUptime - start >= options.seconds
        // Short enough to be typed.
        let seed = seeds.next() >> 32
        let target = targets[begun % targets.count]
        begun += 1
        lock.unlock()
        if isOver { return }
        let test = Self.chunk(target, seed)
        let outcome = Verification.run(test, 60)
        lock.lock()
        guard case .success(let result) = outcome else {
          if case .failure(let trouble) = outcome { failures.append(trouble.message) }
          lock.unlock()
          return
        }
        ended += 1
        report.0(
          ended * Self.callsPerChunk, ProcessInfo.processInfo.systemUptime - start,
          "\(test.activation ?? "") \(test.dtype ?? "")")
        let finding = FuzzFinding(path: target.path, seed: seed, result: result)
        if result.status.isFinding && !findings.contains(where: { $0.kind == finding.kind }) {
          findings.append(finding)
          report.1(finding)
        }
        lock.unlock()
      }
    }
    return FuzzReport(
      chunks: ended, seconds: ProcessInfo.processInfo.systemUptime - start, findings: findings,
      toolFailures: failures)
  }

  /// Runs the chunk of one seed again in this process, for a debugger; on each plugin.
  ///
  /// The findings of the report are the results of all plugins, whether something was found or not.
  public func reproduce(_ seed: UInt64) -> FuzzReport {
    let results = targets.map { target in
      FuzzFinding(
        path: target.path, seed: seed, result: Worker.run(Self.chunk(target, seed), Board()))
    }
    return FuzzReport(
      chunks: results.count, seconds: results.reduce(0) { $0 + $1.result.seconds },
      findings: results, toolFailures: [])
  }

  /// The seed decides the kernel too, so that it is all there is to say.
  private static func chunk(_ target: Target, _ seed: UInt64) -> TestCase {
    let kernel = target.kernels[Int(seed / 2 % UInt64(target.kernels.count))]
    return TestCase(
      check: FuzzCalls.check.id, path: target.path, activation: kernel.activation,
      dtype: kernel.dtype, tier: .standard, seed: seed, trial: nil, threads: 1)
  }
}
