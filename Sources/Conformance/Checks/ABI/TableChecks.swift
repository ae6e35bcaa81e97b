import CActZoo
import CSystem

extension Checks {
  static let tables: [Check] = [
    Check(
      "table-sizes", .abi, rule: "P3", scope: .file,
      summary: """
        The `size` of the table and of every row covers the fields that version 1 cannot do without \
        (24 and 40 bytes), is at most 4096 and a multiple of 4.
        """,
      why: "The host takes `size` at its word: fields that it does not cover are not there.",
      mend:
        "Set .size = sizeof(actzoo_plugin) and .size = sizeof(actzoo_kernels): the struct's, not a pointer's.",
      mutants: ["size-zero", "size-of-pointer", "plugin-size-huge"],
      run: whereThereIsOne(tableSizes)),
    Check(
      "rows-complete", .abi, rule: "P13", scope: .file,
      summary: """
        No row is NULL; each has an activation, forward, one of the four element types and a device \
        that DLPack knows. Flags that version 1 does not have are pointed out.
        """,
      why: "A host that trusts the count calls through the row that is not there.",
      mend:
        "Count rows with sizeof rows / sizeof *rows; set every field that is not optional by name.",
      mutants: ["forward-missing", "dtype-unknown", "row-null"], run: whereThereIsOne(rowsComplete)),
    Check(
      "table-readonly", .abi, rule: "P2", scope: .file,
      summary: """
        After loading, the table, its list of rows, the rows and their ids lie in memory that cannot be \
        written.
        """,
      why:
        "What can be written will be, by a stray pointer of any library; the table holds addresses of code.",
      mend: """
        Make all of them const (static const actzoo_kernels *const rows[] = ...), and leave -z relro \
        on: the loader then write-protects them.
        """,
      mutants: ["table-writable"], run: whereThereIsOne(tableReadonly)),
    Check(
      "table-constant", .abi, rule: "P2", scope: .file,
      summary: "Calls of all kernels leave every byte of the table and of its rows as it was.",
      why: "Hosts copy the flags when they load, and other threads read them without a lock.",
      mend: "Keep state out of the table; better, have none.",
      mutants: ["table-edited"], run: whereThereIsOne(tableConstant)),
    Check(
      "needs-minor", .abi, rule: "P4", scope: .file,
      summary:
        "needs_minor is not newer than the contract that this program knows (1.\(ACTZOO_MINOR)).",
      why: "Every host of today would refuse the plugin.",
      mend:
        "Set needs_minor to the oldest minor version that has what you use: 0 with this plugin.h.",
      mutants: ["needs-future"], run: whereThereIsOne(needsMinor)),
  ]

  private static func tableSizes(_ test: Test) throws {
    let table = try test.plugin.table()
    func judge(_ size: Int, _ name: String, _ type: String, _ least: Int, _ whole: Int) {
      if size < least {
        test.fail(
          "\(name) says that its size is \(size) bytes; \(type) has \(whole), and \(least) of them are "
            + "not optional.")
      } else if size > 4096 {
        test.fail("\(name) says that its size is \(size) bytes; \(type) has \(whole).")
      } else if size % 4 != 0 {
        test.fail("\(name) says that its size is \(size) bytes, which no such struct has.")
      }
    }
    judge(
      Int(table.pointee.size), "the table", "actzoo_plugin", RawTable.leastSize,
      MemoryLayout<actzoo_plugin>.size)
    for row in try RawTable(table).rows where row.pointer != nil {
      judge(
        row.size, row.name, "actzoo_kernels", RawRow.leastSize, MemoryLayout<actzoo_kernels>.size)
    }
  }

  private static func rowsComplete(_ test: Test) throws {
    let table = try test.plugin.table()
    guard table.pointee.size >= RawTable.leastSize else {
      return test.skip("the table is too small to be read (check table-sizes).")
    }
    let count = table.pointee.kernels_count
    // Without activations there is nothing to have rows for; manifest-parses judges whether that may be.
    if count == 0, try test.plugin.descriptor().activations.isEmpty { return }
    if count == 0 { return test.fail("the table has no rows, so the plugin computes nothing.") }
    if count > 65_536 { return test.fail("the table says that it has \(count) rows.") }
    if table.pointee.kernels == nil {
      return test.fail("the table says that it has \(count) rows, and `kernels` is NULL.")
    }
    for row in try RawTable(table).rows {
      guard row.pointer != nil else {
        test.fail("row \(row.index) of \(count) is NULL.")
        continue
      }
      if let fields = row.fields { judge(fields, row, test) }
    }
  }

  private static func judge(_ fields: actzoo_kernels, _ row: RawRow, _ test: Test) {
    if fields.activation == nil {
      test.fail("\(row.name) has no activation (NULL).")
    } else if row.id == nil {
      test.fail("\(row.name) has an id that does not end within \(RawRow.longestID) bytes.")
    }
    if fields.forward == nil { test.fail("\(row.name) has no forward (NULL).") }
    if row.type == nil {
      test.fail(
        "\(row.name) has the element type 0x\(String(fields.dtype, radix: 16)), which is none of "
          + "ACTZOO_F16, ACTZOO_BF16, ACTZOO_F32 and ACTZOO_F64.")
    }
    // DLPack's codes; new devices come, but not by the hundred.
    if !(1...64).contains(fields.device_type) {
      test.fail("\(row.name) has the device type \(fields.device_type); 1 is the CPU.")
    }
    let known =
      ACTZOO_INPLACE_FORWARD | ACTZOO_INPLACE_BACKWARD | ACTZOO_BACKWARD_NEEDS_X
      | ACTZOO_BACKWARD_NEEDS_Y
    if fields.flags & ~known != 0 {
      test.warn(
        "\(row.name) has flags that version 1 does not have: "
          + "0x\(String(fields.flags & ~known, radix: 16)).")
    }
  }

  private static func tableReadonly(_ test: Test) throws {
    let table = try test.plugin.rawTable()
    let mappings = try Mappings()
    func judge(_ start: UnsafeRawPointer?, _ count: Int, _ name: String) {
      guard let start else { return }
      switch mappings.kind(start, count) {
      case .constant: return
      case .writable: test.fail("\(name) lies in memory that can be written.")
      case .absent: test.fail("\(name) points at memory that is not there.")
      }
    }
    judge(table.pointer, Int(table.pointer.pointee.size), "the table (actzoo_plugin)")
    judge(
      table.pointer.pointee.kernels, table.rows.count * MemoryLayout<Int>.size,
      "the list of rows (kernels)")
    for row in table.rows {
      judge(row.pointer, row.size, row.name)
      judge(row.fields?.activation, (row.id?.utf8.count ?? 0) + 1, "the id of \(row.name)")
    }
  }

  private static func tableConstant(_ test: Test) throws {
    let kernels = try test.plugin.load()
    let table = try test.plugin.rawTable()
    let before = table.bytes
    var random = test.random(1)
    for kernel in kernels {
      let inputs = BoxInputs.random(kernel, [1, 1, 2, 9], .initial(kernel.activation), &random)
      for pass in kernel.passes {
        _ = BoxCall(inputs, pass).run(kernel, test.board)
        if try test.plugin.rawTable().bytes != before || table.bytes != before {
          return test.fail(
            "a call of \(kernel.name) \(pass.rawValue) changed the table of kernels.")
        }
      }
    }
  }

  private static func needsMinor(_ test: Test) throws {
    let needs = try test.plugin.table().pointee.needs_minor
    if needs > ACTZOO_MINOR {
      test.fail(
        "needs_minor is \(needs): only hosts of version 1.\(needs) and newer would take the plugin, and "
          + "the newest that this program knows is 1.\(ACTZOO_MINOR).")
    }
  }
}
