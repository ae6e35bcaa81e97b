import CActZoo
import CSystem
import Foundation

extension Checks {
  static let growth: [Check] = [
    Check(
      "old-host", .abi, rule: "P3", scope: .file,
      summary: """
        The entry is called with host records that end after each field in turn, where the page behind \
        cannot be touched, and with the oldest minor that needs_minor allows.
        """,
      why:
        "A host that was built with an older header has a smaller record: what lies behind it is not the host's.",
      mend:
        "Read host->extension only if ACTZOO_HAS(actzoo_host, host, extension), and check it for NULL.",
      mutants: ["host-field-assumed"], run: whereThereIsOne(oldHost)),
    Check(
      "future-host", .abi, rule: "P3", scope: .file,
      summary: """
        The entry is called with a larger host record, 0xFF behind the fields of today, and with minor \
        1000: it answers with the same table.
        """,
      why:
        "A plugin that compares sizes or versions for equality dies with the next release of every host.",
      mend: "Compare with >= (ACTZOO_HAS does), and minor likewise.",
      mutants: ["host-size-equals", "host-minor-equals"], run: whereThereIsOne(futureHost)),
    Check(
      "unknown-extension", .abi, rule: "P3", scope: .file,
      summary: """
        The plugin answers ten ids that nobody has with NULL, and does without any extension of the \
        host.
        """,
      why: "A table that is handed out for every id is taken for something that it is not.",
      mend: "Compare the id with those that you have (strcmp), and return NULL at the end.",
      mutants: ["extension-to-all"], run: whereThereIsOne(unknownExtension)),
  ]

  /// A host record in front of a page that cannot be touched; never freed.
  private static func record(_ size: Int, minor: UInt32) throws(Trouble)
    -> UnsafePointer<actzoo_host>
  {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let memory = mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED, mprotect(memory + page, page, PROT_NONE) == 0 else {
      throw Trouble("there is no memory for a host record.")
    }
    var host = HostRecord.make(minor: minor).pointee
    host.size = UInt32(size)
    let start = memory + page - size
    memset(start, 0xff, size)
    memcpy(start, &host, min(size, MemoryLayout<actzoo_host>.size))
    return UnsafePointer(start.assumingMemoryBound(to: actzoo_host.self))
  }

  private static func oldHost(_ test: Test) throws {
    let entry = try test.plugin.entry()
    let table = try test.plugin.table()
    let minor = min(table.pointee.needs_minor, ACTZOO_MINOR)
    // After minor, after name, and whole.
    for (size, fields) in [(24, "all fields"), (16, "size, minor and name"), (8, "size and minor")]
    {
      test.doing(
        "the entry, with a host record of \(size) bytes (\(fields)); it must not read beyond "
          + "host->size")
      let answer = entry(try record(size, minor: minor))
      if answer == nil, size == MemoryLayout<actzoo_host>.size {
        test.fail(
          "the entry refused (NULL) a host of minor \(minor), and the table's needs_minor is "
            + "\(table.pointee.needs_minor).")
      } else if answer == nil {
        test.fail(
          "the entry refused (NULL) a host record of \(size) bytes with \(fields); a field that is "
            + "absent means NULL, and is optional.")
      } else if answer != table {
        test.fail("the entry gave a host record of \(size) bytes another table.")
      }
    }
  }

  private static func futureHost(_ test: Test) throws {
    let entry = try test.plugin.entry()
    let table = try test.plugin.table()
    for (size, minor) in [(64, ACTZOO_MINOR), (24, 1000), (4096, 1000)] {
      test.doing("the entry, with a host record of \(size) bytes and minor \(minor)")
      let answer = entry(try record(size, minor: minor))
      if answer == nil {
        test.fail(
          "the entry refused (NULL) a host record of \(size) bytes (today: "
            + "\(MemoryLayout<actzoo_host>.size)) and minor \(minor) (today: \(ACTZOO_MINOR)).")
      } else if answer != table {
        test.fail("the entry gave a host of \(size) bytes and minor \(minor) another table.")
      }
    }
  }

  private static func unknownExtension(_ test: Test) throws {
    let entry = try test.plugin.entry()
    let table = try test.plugin.table()
    var random = test.random(2)
    if table.pointee.size >= MemoryLayout<actzoo_plugin>.size,
      let answer = table.pointee.extension
    {
      let letters = Array("abcdefghijklmnopqrstuvwxyz")
      for trial in 0..<10 {
        let word = String((0..<8).map { _ in letters.randomElement(using: &random)! })
        let id = trial % 2 == 0 ? "actzoo.\(word)/1" : "com.example.\(word)/\(trial)"
        test.doing("extension(\"\(id)\")")
        if answer(id) != nil {
          test.fail("the plugin's extension() answers \"\(id)\", which nobody has, with a table.")
        }
      }
    }
    test.doing("the entry, with a host that has no extensions")
    if entry(HostRecord.make(minor: ACTZOO_MINOR, extension: nil)) != table {
      test.fail("the entry gave a host whose `extension` is NULL another answer.")
    }
  }
}
