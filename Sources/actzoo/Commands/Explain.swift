import ArgumentParser
import Conformance

/// `actzoo explain`: a test or a rule, why it is there and what to do about a failure.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain a conformance test or a rule: why it exists, how to mend a failure.",
    discussion: "Example: actzoo explain guard-after")

  @Argument(help: "The id of a test (guard-after) or the number of a rule (P6).")
  var subject: String

  func run() throws {
    if let check = Checks.named(subject) {
      Self.explain(check)
    } else if let rule = Rule.numbered(subject.uppercased()) {
      Self.explain(rule)
    } else {
      let known = Checks.all.map(\.id) + Rule.all.map(\.number)
      let hint = nearest(subject, known).map { "did you mean '\($0)'?" }
      throw CommandFailure(
        "there is no test or rule '\(subject)'; \(hint ?? "`actzoo list tests` lists them.")")
    }
  }

  private static func explain(_ check: Check) {
    let advice = check.isAdvice ? ", advice only" : ""
    print(
      check.id.inked(.bold)
        + "  group \(check.group.rawValue), from tier \(check.tier.rawValue)\(advice)".inked(.dim))
    section("What is done", check.summary)
    if let rule = Rule.numbered(check.rule) {
      section("The rule", "\(rule.number) \(rule.name): \(rule.text)")
      section("If it is broken", rule.consequence)
    }
    section("Why it is tested", check.why)
    section("How to mend it", check.mend)
    section(
      "What it must catch",
      check.mutants.map { "Tests/Mutants, \($0)" }.joined(separator: "; ") + ".")
  }

  private static func explain(_ rule: Rule) {
    print("\(rule.number) \(rule.name)".inked(.bold))
    section("The rule", rule.text)
    section("If it is broken", rule.consequence)
    let checks = Checks.all.filter { $0.rule == rule.number }
    section(
      "Tested by", checks.isEmpty ? "nothing yet." : checks.map(\.id).joined(separator: ", ") + ".")
  }

  private static func section(_ title: String, _ text: String) {
    print("\n" + title.inked(.cyan))
    let width = min((Terminal.width ?? 90) - 2, 98)
    var line = " "
    for word in text.split(whereSeparator: \.isWhitespace) {
      if line.count + word.count + 1 > width {
        print(line)
        line = " "
      }
      line += " " + word
    }
    print(line)
  }
}
