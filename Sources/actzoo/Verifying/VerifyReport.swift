import Conformance
import Formula
import Foundation

/// The report for people: claims first, then what was tested, failures last and complete.
struct VerifyReport {
  let dossier: Dossier
  let onlyFailed: Bool
  let access: ZooAccess

  init(_ dossier: Dossier, onlyFailed: Bool, _ access: ZooAccess) {
    (self.dossier, self.onlyFailed, self.access) = (dossier, onlyFailed, access)
  }

  func print() {
    if onlyFailed && dossier.isConforming { return }
    Swift.print(dossier.path.inked(.bold))
    printClaims()
    printGroups()
    printSkips()
    for result in dossier.results where result.status == .warn { printFindings(result) }
    for result in dossier.results where result.status.isFinding { printFindings(result) }
    if let trouble = dossier.trouble {
      Swift.print("\n  " + "FAIL".inked(.red) + "  its kernels cannot be tested: \(trouble)")
    }
    for failure in dossier.toolFailures {
      Swift.print("\n  " + "TOOL FAILED".inked(.magenta) + "  \(failure)")
    }
    Swift.print("\n  " + Self.verdict(dossier) + "\n")
  }

  // MARK: - Claims

  private func printClaims() {
    var lines: [(cells: [String], holds: Bool)] = []
    for result in dossier.results {
      for m in result.measurements {
        let claim =
          "claimed \(Self.ulp(m.claimedULP)) ulp"
          + (m.claimedAbsolute > 0 ? " + \(brief(m.claimedAbsolute))" : "")
        let worst = "observed \(Self.ulp(m.observedULP)) at \(brief(m.at))"
        lines.append(
          (["\(result.subject) \(m.pass)", claim, worst], !result.status.isFinding))
      }
    }
    guard !lines.isEmpty else { return }
    Swift.print()
    let widths = (0..<3).map { i in lines.map { $0.cells[i].count }.max() ?? 0 }
    for line in lines {
      if onlyFailed && line.holds { continue }
      let cells = zip(line.cells, widths).map { $0.padded($1) }.joined(separator: "  ")
      Swift.print("  \(cells)  " + (line.holds ? "PASS".inked(.green) : "FAIL".inked(.red)))
    }
  }

  /// Two digits behind the point; errors that are no longer a matter of digits, briefly.
  static func ulp(_ value: Double) -> String {
    value < 1e5 ? String(format: "%.2f", value) : brief(value, digits: 2)
  }

  // MARK: - Groups

  /// A line for the file and one for each kernel: "crrelu f32   memory 10  shape 8  ...".
  private func printGroups() {
    var subjects: [String] = []
    for result in dossier.results where !subjects.contains(result.subject) {
      subjects.append(result.subject)
    }
    Swift.print()
    let width = subjects.map(\.count).max() ?? 0
    for subject in subjects {
      let mine = dossier.results.filter { $0.subject == subject && $0.status != .skip }
      if onlyFailed && !mine.contains(where: { $0.status.isFinding }) { continue }
      var cells: [String] = []
      for group in Check.Group.allCases {
        let tests = mine.filter { Checks.named($0.test.check)?.group == group }
        guard !tests.isEmpty else { continue }
        let good = tests.count { !$0.status.isFinding }
        let isGood = good == tests.count
        let text = isGood ? "\(group.rawValue) \(good)" : "\(group.rawValue) \(good)/\(tests.count)"
        let warns = tests.contains { $0.status == .warn }
        cells.append(text.inked(isGood ? (warns ? .yellow : .green) : .red))
      }
      Swift.print("  \(subject.padded(width))  " + cells.joined(separator: "  "))
    }
  }

  /// "skipped: noise-agrees, noise-range (the formula has no noise)".
  private func printSkips() {
    var reasons: [(reason: String, checks: [String])] = []
    for result in dossier.results where result.status == .skip {
      if let i = reasons.firstIndex(where: { $0.reason == result.message }) {
        if !reasons[i].checks.contains(result.test.check) {
          reasons[i].checks.append(result.test.check)
        }
      } else {
        reasons.append((result.message, [result.test.check]))
      }
    }
    if onlyFailed { return }
    for (reason, checks) in reasons {
      Swift.print("  " + "skipped \(checks.joined(separator: ", ")): \(reason)".inked(.dim))
    }
  }

  // MARK: - Findings

  private func printFindings(_ result: TestResult) {
    let check = Checks.named(result.test.check)
    let rule = check.flatMap { Rule.numbered($0.rule) }
    let word = result.status.rawValue.uppercased()
    let ink: Ink = result.status == .warn ? .yellow : .red
    let name = rule.map { "rule \($0.number) \($0.name)" } ?? ""
    Swift.print(
      "\n  " + word.inked(ink) + "  " + result.test.check.inked(.bold)
        + "  \(result.subject)  \(name)".inked(.dim))
    if !result.message.isEmpty { Self.wrap(result.message) }
    for finding in result.findings { Self.wrap(finding.message) }
    if result.more > 0 { Self.wrap("... and \(result.more) more of the kind.") }
    if let check, result.status != .warn || result.findings.isEmpty == false {
      Self.wrap("mend: " + check.mend)
    }
    if result.status.isFinding {
      Swift.print(
        "        " + "replay:".inked(.dim) + " "
          + dossier.replay(result, result.findings.first?.witness))
    }
  }

  /// Prints a paragraph indented; long lines are broken where a person reads.
  private static func wrap(_ text: String) {
    let width = (Terminal.width ?? 100) - 8
    for paragraph in text.split(separator: "\n") {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty, line.count + word.count + 1 > width {
          Swift.print("        " + line)
          line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
      }
      Swift.print("        " + line)
    }
  }

  // MARK: - Verdicts

  /// "CONFORMS  142 tests: 140 passed, 2 skipped; tier quick, seed 1; 1.3 s".
  static func verdict(_ dossier: Dossier) -> String {
    let words: [(Status, String)] = [
      (.pass, "passed"), (.warn, "warned"), (.skip, "skipped"), (.fail, "failed"),
      (.crash, "crashed"), (.timeout, "timed out"),
    ]
    let counts = words.compactMap { status, word in
      let n = dossier.count(status)
      return n > 0 ? "\(n) \(word)" : nil
    }
    let head =
      dossier.isConforming ? "CONFORMS".inked(.green) : "DOES NOT CONFORM".inked(.red)
    return head + "  \(counted(dossier.results.count, "test")): "
      + counts.joined(separator: ", ")
      + ". Tier \(dossier.options.tier.rawValue), seed \(dossier.options.seed), "
      + String(format: "%.1f s.", dossier.seconds)
  }

  static func printTally(_ dossiers: [Dossier]) {
    let good = dossiers.count { $0.isConforming }
    let seconds = dossiers.reduce(0) { $0 + $1.seconds }
    let text =
      "\(good) of \(counted(dossiers.count, "plugin")) \(good == 1 ? "conforms" : "conform")"
    Swift.print(
      text.inked(good == dossiers.count ? .green : .red) + String(format: ", %.1f s.", seconds))
  }
}
