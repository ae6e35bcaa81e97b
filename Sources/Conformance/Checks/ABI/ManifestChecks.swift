import CActZoo
import Formula

extension Checks {
  static let manifest: [Check] = [
    Check(
      "manifest-one", .abi, rule: "P13", scope: .file,
      summary: """
        The file is a whole shared library with exactly one text in the section .actzoo.manifest: at \
        most 1 MiB, without a zero byte inside.
        """,
      why: """
        The host reads the text before it loads anything; with none, or with two in one section, it \
        cannot know what it would load.
        """,
      mend: """
        Put ACTZOO_MANIFEST (plugin.h) before one constant string, in one source file; do not strip \
        sections. Copy the file again if it is cut short.
        """,
      mutants: ["manifest-twice"], run: manifestOne),
    Check(
      "manifest-parses", .abi, rule: "P13", scope: .file,
      summary:
        "The text is UTF-8 and follows the grammar of docs/formula.md, ids and formulas included.",
      why: "A text that only its author's tool can read makes the plugin invisible to every host.",
      mend:
        "Correct the text at the line and column of the message; docs/formula.md has the grammar.",
      mutants: ["manifest-unparsable", "manifest-unknown-name"], run: manifestParses),
    Check(
      "manifest-matches", .abi, rule: "P13", scope: .file,
      summary: """
        Every row names an activation that the text describes, no two rows have the same activation, \
        element type and device, and every activation of the text has a row for the CPU.
        """,
      why: "A row with a misspelt id is never called: users get the slow formula and wonder.",
      mend:
        "Give the row the id of the text, its version included (\"org.zoo.silu/1\"); one row each.",
      mutants: ["row-of-stranger", "row-twice"], run: whereThereIsOne(manifestMatches)),
    Check(
      "claims-present", .abi, rule: "P10", scope: .file,
      summary: """
        For every row the text claims an accuracy: forward of its element type, and backward where it \
        has backward or fused.
        """,
      why: "Without a claim nobody can say whether a result is wrong: neither a test nor a user.",
      mend:
        "Add a line `claim f64 forward 4 ulp, backward 4 ulp + 1e-15` for the type, with your numbers.",
      mutants: ["claim-missing"], run: whereThereIsOne(claimsPresent)),
    Check(
      "parameters-consistent", .abi, rule: "P13", scope: .file,
      summary: """
        Initial and preset values are finite and inside their parameters' bounds for every number of \
        coefficients that may be chosen (up to 64 of them), not only for the default.
        """,
      why: """
        The reader of a text looks at the default counts alone. A model that asks for another number of \
        terms would start with values that training may never reach, or with NaN.
        """,
      mend: """
        Write the initial values so that they hold for all counts, widen the bounds, or narrow the \
        counts' range (`count n = 4 in 2...8`).
        """,
      mutants: ["initial-outside"], run: whereThereIsOne(parametersConsistent)),
  ]

  private static func manifestOne(_ test: Test) throws {
    let image = try test.plugin.image()
    let sections = image.sections.filter { $0.name == ".actzoo.manifest" }
    guard let section = sections.first else {
      return test.fail(
        image.sections.isEmpty
          ? "the file has no section table, so no text can be found: it was stripped too far."
          : "the file has no section .actzoo.manifest, so it is not a plugin.")
    }
    if sections.count > 1 {
      test.fail(
        "the file has \(sections.count) sections .actzoo.manifest, and a plugin has one text.")
    }
    guard section.kind != 8 else {
      return test.fail(
        "the section .actzoo.manifest has no bytes in the file (it is NOBITS, or lies behind the end)."
      )
    }
    if section.size > 1 << 20 {
      test.fail("the text has \(section.size) bytes, and the most is 1 MiB.")
    }
    let text = image.manifests.first ?? []
    let end = (text.lastIndex { $0 != 0 } ?? -1) + 1
    if end == 0 { test.fail("the section .actzoo.manifest is empty.") }
    if let zero = text[..<end].firstIndex(of: 0) {
      let rest = text[zero..<end].drop { $0 == 0 }
      test.fail(
        rest.starts(with: "actzoo ".utf8)
          ? "the section .actzoo.manifest holds a second text, at byte \(rest.startIndex)."
          : "the text has a zero byte inside, at byte \(zero).")
    }
  }

  /// True for a plugin that has something else than kernels of its own.
  private static func servesOthers(_ test: Test) throws(Trouble) -> Bool {
    let table = try test.plugin.table()
    return Int(table.pointee.size) >= MemoryLayout<actzoo_plugin>.size
      && table.pointee.extension != nil
  }

  private static func manifestParses(_ test: Test) throws {
    let descriptor = try test.plugin.descriptor()
    for notice in descriptor.notices { test.note("the text: \(notice.description)") }
    if descriptor.activations.isEmpty, try !servesOthers(test) {
      test.fail("the text describes no activation; it needs a line `activation ID \"Title\"`.")
    }
    var seen = Set<String>()
    for activation in descriptor.activations where !seen.insert(activation.id).inserted {
      test.fail("the text describes \(activation.id) twice; an id is one function.")
    }
  }

  private static func manifestMatches(_ test: Test) throws {
    let descriptor = try test.plugin.descriptor()
    let table = try test.plugin.rawTable()
    let known = Set(descriptor.activations.map(\.id))
    var seen: [String: Int] = [:]
    var served = Set<String>()
    for row in table.rows {
      guard let fields = row.fields, let id = row.id else { continue }
      if !known.contains(id) {
        test.fail(
          "\(row.name) is for \"\(id)\", which the text does not describe; it describes "
            + descriptor.activations.map(\.id).joined(separator: ", ") + ".")
      }
      if fields.device_type == 1 { served.insert(id) }
      let key = "\(id) \(fields.dtype) \(fields.device_type)"
      if let first = seen[key] {
        test.fail("\(row.name) has the activation, element type and device of row \(first).")
      }
      seen[key] = seen[key] ?? row.index
    }
    for id in descriptor.activations.map(\.id) where !served.contains(id) {
      test.warn("the text describes \(id), and no row computes it on the CPU.")
    }
  }

  private static func claimsPresent(_ test: Test) throws {
    let descriptor = try test.plugin.descriptor()
    for row in try test.plugin.rawTable().rows {
      guard let type = row.type, let fields = row.fields, fields.device_type == 1,
        let activation = descriptor.activations.first(where: { $0.id == row.id })
      else { continue }
      let hasGradient = row.hasBackward || (row.size >= 56 && fields.fused != nil)
      for pass in ["forward", "backward"] where pass == "forward" || hasGradient {
        if activation.claims.contains(where: { $0.dtype == type.rawValue && $0.pass == pass }) {
          continue
        }
        test.fail(
          "\(row.name) computes \(pass), and the text of \(activation.id) has no claim for "
            + "\(type.rawValue) \(pass).")
      }
    }
  }
}
