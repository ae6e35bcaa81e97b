import Conformance
import Foundation

/// One plugin and all that its tests found, for the reports.
struct Dossier {
  let path: String
  let options: VerificationOptions
  let results: [TestResult]
  /// Why its kernels could not be called at all; nil if they could.
  let trouble: String?
  /// What kept this program, and not the plugin, from testing.
  let toolFailures: [String]
  let seconds: Double

  /// Runs the tests; a progress bar shows where somebody watches.
  init(path: String, _ options: VerificationOptions, showsProgress: Bool) {
    self.path = path
    self.options = options
    let start = ProcessInfo.processInfo.systemUptime
    let verification = Verification(path: path, options)
    let name = (path as NSString).lastPathComponent
    nonisolated(unsafe) var bar = ProgressBar()
    nonisolated(unsafe) var done = 0
    let total = max(verification.tests.count, 1)
    let verdict = verification.run { result in
      done += 1
      if showsProgress { bar.show(Double(done) / Double(total), "\(name)  \(result.test.check)") }
    } onProgress: { test, share in
      let text = "\(name)  \(test.check) \(test.dtype ?? "")  \(Int(share * 100)) %"
      if showsProgress { bar.show((Double(done) + share) / Double(total), text) }
    }
    bar.clear()
    results = verdict.results
    trouble = verification.trouble
    toolFailures = verdict.toolFailures
    seconds = ProcessInfo.processInfo.systemUptime - start
  }

  var isConforming: Bool { trouble == nil && !results.contains { $0.status.isFinding } }

  func count(_ status: Status) -> Int { results.count { $0.status == status } }

  /// The command that runs one finding's trial again, in one process, for a debugger.
  func replay(_ result: TestResult, _ witness: Witness?) -> String {
    var words = ["actzoo", "verify", path.contains("/") ? path : "./\(path)"]
    words += ["--tier", result.test.tier.rawValue, "--seed", String(result.test.seed)]
    words += ["-t", "'^\(result.test.check)$'"]
    if let activation = result.test.activation { words += ["--activation", activation] }
    if let dtype = result.test.dtype { words += ["--type", dtype] }
    if let witness { words += ["--trial", String(witness.trial)] }
    return (words + ["--in-process"]).joined(separator: " ")
  }
}

extension TestResult {
  /// "silu f32", or "the file".
  var subject: String {
    guard let activation = test.activation, let dtype = test.dtype else { return "the file" }
    let name = activation.split(separator: "/")[0].split(separator: ".").last ?? ""
    return "\(name) \(dtype)"
  }
}
