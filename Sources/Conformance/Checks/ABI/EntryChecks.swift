import CActZoo
import Foundation

extension Checks {
  static let entry: [Check] = [
    Check(
      "entry-symbol", .abi, rule: "P1", scope: .file,
      summary: """
        The library exports the function actzoo_plugin_v1, the loader takes it with all symbols bound \
        at once, and the entry answers with a table.
        """,
      why: """
        A symbol that is missing on the target machine shows only when it is first called, unless \
        everything is bound when the library is loaded.
        """,
      mend: """
        Define the entry with ACTZOO_EXPORT (in C++ inside extern \"C\"); link with -Wl,-z,defs, which \
        reports missing symbols when the library is built.
        """,
      mutants: ["entry-misnamed", "entry-hidden"], run: entrySymbol),
    Check(
      "exports-only-entry", .abi, rule: "P1", scope: .file,
      summary: "No other symbol can be seen from outside.",
      why: """
        Helpers of the same name in two plugins bind to each other; Lua's and zlib's have met in this \
        way in many programs.
        """,
      mend: "Make functions and variables static, or build with -fvisibility=hidden.",
      mutants: ["exports-more"], run: whereThereIsOne(exportsOnlyEntry)),
    Check(
      "entry-idempotent", .abi, rule: "P2", scope: .file,
      summary: "The entry, called 100 times, gives the same table with the same content.",
      why:
        "Several hosts live in one process (a program and a Python module): each calls the entry.",
      mend: "Return the address of one constant table.",
      mutants: ["entry-alternates"], run: whereThereIsOne(entryIdempotent)),
    Check(
      "entry-threads", .abi, rule: "P2", scope: .file,
      summary: "Eight threads call the entry for the first time at once; all get the same table.",
      why: "A table that is filled when first asked for is seen half full by the second thread.",
      mend: "Write the table as constant data instead of filling it at run time.",
      mutants: ["entry-races"], run: whereThereIsOne(entryThreads)),
  ]

  private static func entrySymbol(_ test: Test) throws {
    let symbols = try test.plugin.image().symbols
    guard let symbol = symbols.first(where: { $0.name == "actzoo_plugin_v1" && !$0.isImported })
    else {
      let others = symbols.filter(\.isExported).map(\.name).prefix(5).joined(separator: ", ")
      return test.fail(
        "the library does not export actzoo_plugin_v1"
          + (others.isEmpty ? "; it exports nothing." : "; it exports \(others)."))
    }
    if !symbol.isExported { test.fail("actzoo_plugin_v1 is there, and hidden from outside.") }
    if symbol.kind != 2 && symbol.kind != 10 {
      test.fail("actzoo_plugin_v1 is not a function (symbol type \(symbol.kind)).")
    }
    test.doing("loading the library and calling its entry")
    _ = try test.plugin.table()
  }

  private static func exportsOnlyEntry(_ test: Test) throws {
    // Linkers of old export these from every library.
    let allowed: Set = ["_init", "_fini", "__bss_start", "_edata", "_end"]
    let others = try test.plugin.image().symbols.filter {
      $0.isExported && !$0.name.hasPrefix("actzoo_plugin_v") && !allowed.contains($0.name)
    }
    guard !others.isEmpty else { return }
    let names = others.prefix(20).map(\.name).joined(separator: ", ")
    test.fail(
      "\(others.count == 1 ? "one symbol more is" : "\(others.count) symbols more are") exported: "
        + names + (others.count > 20 ? ", ..." : "") + ".")
  }

  private static func entryIdempotent(_ test: Test) throws {
    let entry = try test.plugin.entry()
    let first = try test.plugin.rawTable()
    let bytes = first.bytes
    let start = ProcessInfo.processInfo.systemUptime
    for call in 2...100 {
      // An entry that takes long is a matter for load-time.
      if call > 10, ProcessInfo.processInfo.systemUptime - start > 1 { break }
      guard let again = entry(HostRecord.present) else {
        return test.fail("call \(call) of the entry returned NULL, and the first one a table.")
      }
      if again != first.pointer {
        return test.fail("call \(call) of the entry returned another table than the first.")
      }
      if try RawTable(again).bytes != bytes {
        return test.fail("the content of the table changed with call \(call) of the entry.")
      }
    }
  }

  private static func entryThreads(_ test: Test) throws {
    nonisolated(unsafe) let entry = try test.plugin.entry()
    nonisolated(unsafe) var tables = [UnsafePointer<actzoo_plugin>?](repeating: nil, count: 8)
    test.doing("the entry, called by 8 threads at once")
    tables.withUnsafeMutableBufferPointer { tables in
      nonisolated(unsafe) let tables = tables
      onThreads(8) { tables[$0] = entry(HostRecord.present) }
    }
    let answers = Set(tables)
    if answers.contains(nil) {
      if answers.count == 1 { throw Trouble("the entry returned NULL.") }
      test.fail(
        "\(tables.filter { $0 == nil }.count) of 8 threads that called the entry for the first time at "
          + "once got NULL.")
    } else if answers.count > 1 {
      test.fail(
        "8 threads that called the entry for the first time at once got \(answers.count) different "
          + "tables.")
    }
    if tables[0] != nil, entry(HostRecord.present) != tables[0] {
      test.fail("a later call of the entry returned another table than the first ones.")
    }
  }
}
