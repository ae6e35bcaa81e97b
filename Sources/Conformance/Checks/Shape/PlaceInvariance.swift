/// One element in all places of rows of all lengths.
enum PlaceInvariance {
  static let check = Check(
    "place-invariance", .shape, rule: "P8",
    summary: """
      Rows of every length up to 70 (257), at every alignment, with other neighbours: an element has the \
      bits that it has in a long row.
      """,
    why: """
      A vector loop and the scalar code for the rest of a row round differently, or a slow path for one \
      large element changes its seven neighbours: results then depend on where a shard happens to end.
      """,
    mend: """
      Compute the rest of a row with the same operations: masked vectors, or a last vector from a copy on \
      the stack that is padded. Where one lane needs a slow path, blend its result in and leave the others. \
      With C, -ffp-contract=off (or fma everywhere) makes vector loops and their remainders agree.
      """,
    mutants: ["tail-differs", "address-differs"], run: run)

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    let longest = test.tier == .quick ? 70 : 257
    let setting = Setting.initial(kernel.activation)
    // The same long rows for all lengths: with numbers as in networks, then with special ones.
    let rows = [ValueMix.normal, .special].enumerated().map { stream, mix in
      var random = test.random(stream)
      let row = BoxInputs.random(kernel, [1, 1, 1, 512], setting, mix, &random)
      return (row: row, results: Reference(row, kernel, test.board))
    }
    for trial in test.trials(2 * longest) {
      let n = trial / 2 + 1
      let (row, long) = rows[trial % 2]
      var random = test.random(100 + trial)
      let start = random.below(512 - n)
      var inputs = row.taking(start..<start + n)
      // Other neighbours: every third element keeps its own.
      let kept = (0..<n).filter { trial % 4 < 2 || $0 % 3 == trial % 3 }
      for i in 0..<n where !kept.contains(i) {
        inputs.x[i] = ValueMix.special.number(kernel.type, &random)
      }
      for pass in kernel.passes {
        var call = BoxCall(inputs, pass)
        let offset = random.below(16)
        call.placement = { .loose(offset: offset + $0.number) }
        let result = call.run(kernel, test.board)
        guard test.expectServed(result, call, trial) else { continue }
        compare(test, call, result, long.taking(start..<start + n), kept, trial)
      }
      if test.isDecided { return }
    }
  }

  private static func compare(
    _ test: Test, _ call: BoxCall, _ got: BoxOutputs, _ long: Reference, _ kept: [Int],
    _ trial: Int
  ) {
    let type = ElementType(rawValue: test.test.dtype ?? "") ?? .f32
    for (role, a, b) in [
      (Role.y, got.y, long.y), (.dx, got.dx, long.dx), (.dg, got.dg, long.dg),
    ] where !a.isEmpty && !b.isEmpty {
      guard let i = kept.first(where: { !type.isSame(a[$0], b[$0]) }) else { continue }
      var witness = test.witness(call, trial, role)
      witness.index = i
      witness.got = type.text(a[i])
      witness.want = type.text(b[i])
      witness.operands = test.operands(call, i, type)
      test.fail(
        "\(call.text): \(role.name)[\(i)] is \(type.text(a[i])); the same element amid a row of 512 "
          + "gives \(type.text(b[i])). Its inputs are the same, its place and its neighbours are not.",
        witness)
    }
  }
}
