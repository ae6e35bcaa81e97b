import CSystem
import Foundation

/// Which tests are run, and how.
public struct VerificationOptions: Sendable {
  /// How much is run.
  public var tier = Tier.standard
  /// Of the random numbers.
  public var seed: UInt64 = 1
  /// Children at once; 0: as many as there are processors.
  public var jobs = 0
  /// Seconds that a test may take; nil: by tier.
  public var timeout: Double?
  /// Tests that match; nil: all of the tier.
  public var include: (@Sendable (String) -> Bool)?
  /// Tests that do not run even so.
  public var exclude: (@Sendable (String) -> Bool)?
  /// Only activations of these names or ids; empty: all.
  public var activations: [String] = []
  /// Only these element types; empty: all.
  public var types: [ElementType] = []
  /// Only this trial of each test.
  public var trial: Int?
  /// No child processes: for debuggers, sanitizers and valgrind.
  public var inProcess = false

  /// Tier standard, every test of every kernel.
  public init() {}

  var seconds: Double {
    timeout ?? [.quick: 20, .standard: 120, .exhaustive: 7200][tier]!
  }
}

/// All that was found out about one plugin.
public struct Verdict: Sendable {
  /// The plugin.
  public let path: String
  /// In the order of the tests.
  public let results: [TestResult]
  /// What kept this program, and not the plugin, from testing.
  public let toolFailures: [String]

  /// True if no test found anything.
  public var isConforming: Bool { !results.contains { $0.status.isFinding } }
}

/// Puts a plugin to the tests of a tier, each in a child process of its own.
public struct Verification {
  /// The plugin.
  public let path: String
  /// What was asked for.
  public let options: VerificationOptions
  /// The tests, in their order.
  public let tests: [TestCase]
  /// Why the kernels cannot be tested, where they cannot: the plugin does not load.
  public let trouble: String?

  /// Asks the plugin, in a child, which kernels it has.
  public init(path: String, _ options: VerificationOptions) {
    self.path = path
    self.options = options
    let census = Census.take(path, options)
    trouble = census.trouble
    let threads = options.jobs > 0 ? options.jobs : Int(csystem_processors())
    var tests: [TestCase] = []
    func add(_ check: Check, _ activation: String?, _ dtype: String?) {
      tests.append(
        TestCase(
          check: check.id, path: path, activation: activation, dtype: dtype, tier: options.tier,
          seed: options.seed, trial: options.trial, threads: threads))
    }
    let checks = Checks.all.filter { check in
      check.tier <= options.tier && options.include?(check.id) ?? true
        && !(options.exclude?(check.id) ?? false)
    }
    let isText = PluginUnderTest.isText(path)
    for check in checks where check.scope == .file && (check.isOfTexts || !isText) {
      add(check, nil, nil)
    }
    for kernel in census.kernels {
      let isWanted =
        options.activations.isEmpty
        || options.activations.contains { $0 == kernel.activation || $0 == kernel.name }
      let isType = options.types.isEmpty || options.types.contains { $0.rawValue == kernel.dtype }
      guard isWanted, isType else { continue }
      for check in checks where check.scope == .kernel {
        add(check, kernel.activation, kernel.dtype)
      }
    }
    self.tests = tests
  }

  /// Runs all tests; `onResult` is told each as it ends, from any thread but one at a time;
  /// `onProgress` hears how far a long test is, 0 to 1.
  public func run(
    onResult: @escaping (TestResult) -> Void = { _ in },
    onProgress: @escaping (TestCase, Double) -> Void = { _, _ in }
  ) -> Verdict {
    let (tests, seconds) = (self.tests, options.seconds)
    if options.inProcess {
      let results = tests.map { test in
        let result = Worker.run(test, Board())
        onResult(result)
        return result
      }
      return Verdict(path: path, results: results, toolFailures: [])
    }
    let lock = NSLock()
    nonisolated(unsafe) var next = 0
    nonisolated(unsafe) var results = [TestResult?](repeating: nil, count: tests.count)
    nonisolated(unsafe) var failures: [String] = []
    nonisolated(unsafe) var late = 0
    nonisolated(unsafe) let (report, progress) = (onResult, onProgress)
    // A test with threads of its own runs alone; only the exhaustive sweeps have them.
    let jobs = options.jobs > 0 ? options.jobs : Int(csystem_processors())
    DispatchQueue.concurrentPerform(iterations: options.tier == .exhaustive ? 1 : jobs) { _ in
      while true {
        lock.lock()
        let index = next
        next += 1
        let limit = late < Self.patience ? seconds : min(seconds, Self.impatience)
        lock.unlock()
        if index >= tests.count { return }
        let test = tests[index]
        let outcome = Self.run(test, limit) { share in
          lock.lock()
          progress(test, share)
          lock.unlock()
        }
        lock.lock()
        switch outcome {
        case .success(var result):
          if result.status == .timeout {
            late += 1
            if limit < seconds { result.message = Self.shortened(limit) }
          }
          results[index] = result
          report(result)
        case .failure(let trouble): failures.append("\(test.check): \(trouble.message)")
        }
        lock.unlock()
      }
    }
    return Verdict(path: path, results: results.compactMap { $0 }, toolFailures: failures)
  }

  /// After so many tests that did not come back, the others get only so many seconds: a plugin that
  /// sleeps for ever is known by then, and is not waited for a hundred times.
  private static let (patience, impatience) = (3, 2.0)

  private static func shortened(_ limit: Double) -> String {
    "given \(Int(limit)) s only, since \(patience) tests before it did not come back in time."
  }

  /// One test in a child; a failure is this program's own.
  static func run(
    _ test: TestCase, _ seconds: Double, onProgress: ((Double) -> Void)? = nil
  ) -> Result<TestResult, Trouble> {
    let words = try? String(decoding: Worker.encoder.encode(test), as: UTF8.self)
    let child = ChildProcess([Worker.word, words ?? ""], limit: seconds, onProgress: onProgress)
    if case .notStarted(let reason) = child.ending { return .failure(Trouble(reason)) }
    if case .exited(code: Worker.misunderstanding) = child.ending {
      return .failure(Trouble("the child did not understand its task."))
    }
    if case .answered(let data) = child.ending,
      var result = try? Worker.decoder.decode(TestResult.self, from: data)
    {
      result.seconds = child.seconds
      return .success(result)
    }
    var result = TestResult(test, .crash)
    if case .late = child.ending { result.status = .timeout }
    let witness = Witness(trial: Int(child.board.pointer.pointee.trial))
    result.findings = [Finding(message: Crash.message(child), witness: witness)]
    result.seconds = child.seconds
    return .success(result)
  }
}

/// Which kernels a plugin has, as a child found.
struct Census: Codable {
  struct Row: Codable {
    var activation: String
    var name: String
    var dtype: String
  }
  var kernels: [Row] = []
  var trouble: String?

  static let word = "__census"

  static func take(_ path: String, _ options: VerificationOptions) -> Census {
    if options.inProcess { return Census(of: path) }
    let child = ChildProcess([word, path], limit: options.seconds)
    if case .answered(let data) = child.ending,
      let census = try? Worker.decoder.decode(Census.self, from: data)
    {
      return census
    }
    var census = Census()
    census.trouble = Crash.message(child)
    return census
  }

  /// The child's side.
  static func serve(_ arguments: [String]) -> Never {
    guard arguments.count == 2, let board = ChildProcess.settle(arguments[0]) else {
      exit(Int32(Worker.misunderstanding))
    }
    if let data = try? Worker.encoder.encode(Census(of: arguments[1])) { board.answer(data) }
    _exit(0)
  }

  init() {}

  private init(of path: String) {
    do throws(Trouble) {
      kernels = try PluginUnderTest(path: path).load().map {
        Row(activation: $0.activation.id, name: $0.activation.name, dtype: $0.type.rawValue)
      }
    } catch {
      trouble = error.message
    }
  }
}
