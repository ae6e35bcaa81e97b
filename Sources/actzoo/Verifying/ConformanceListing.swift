import Conformance
import Exporting

/// `actzoo list tests` and `actzoo list rules`.
enum ConformanceListing {
  static func printTests(asJSON: Bool) {
    if asJSON {
      let tests = Checks.all.map { check in
        JSON.object([
          ("id", .string(check.id)), ("group", .string(check.group.rawValue)),
          ("rule", .string(check.rule)), ("tier", .string(check.tier.rawValue)),
          ("scope", .string(check.scope.rawValue)), ("advice", .bool(check.isAdvice)),
          ("summary", .string(check.summary)), ("why", .string(check.why)),
          ("mend", .string(check.mend)), ("mutants", .strings(check.mutants)),
        ])
      }
      print(JSON.array(tests).text)
      return
    }
    var table = Table([
      .init(title: "TEST"), .init(title: "GROUP"), .init(title: "RULE"), .init(title: "TIER"),
      .init(title: "MUTANTS", least: 16),
      .init(title: "WHAT IS DONE", least: 24, isDispensable: true),
    ])
    for check in Checks.all {
      table.add(
        [
          check.id, check.group.rawValue, check.rule + (check.isAdvice ? " advice" : ""),
          check.tier.rawValue, check.mutants.joined(separator: ", "), check.summary,
        ], inks: [0: .cyan, 5: .dim])
    }
    table.print()
    print(
      "\n" + "\(counted(Checks.all.count, "test")). `actzoo explain TEST` says more.".inked(.dim))
  }

  static func printRules(asJSON: Bool) {
    if asJSON {
      let rules = Rule.all.map { rule in
        JSON.object([
          ("number", .string(rule.number)), ("name", .string(rule.name)),
          ("text", .string(rule.text)), ("consequence", .string(rule.consequence)),
          ("tests", .strings(Checks.all.filter { $0.rule == rule.number }.map(\.id))),
        ])
      }
      print(JSON.array(rules).text)
      return
    }
    var table = Table([
      .init(title: "RULE"), .init(title: "NAME"), .init(title: "TESTS"),
      .init(title: "TEXT", least: 40),
    ])
    for rule in Rule.all {
      let count = Checks.all.count { $0.rule == rule.number }
      table.add([rule.number, rule.name, String(count), rule.text], inks: [0: .cyan])
    }
    table.print()
  }
}
