/// The same elements, cut into boxes in many ways.
enum BoxInvariance {
  static let check = Check(
    "box-invariance", .shape, rule: "P8",
    summary: """
      The same elements as one row, as one column, as boxes of other shapes, and cut into parts anywhere: \
      y and dx have the same bits every time, sums of parameter gradients agree to 2^-22 of their terms.
      """,
    why: """
      The host cuts a tensor into shards by the number of threads. A result that depends on the cut \
      changes from machine to machine, and a training run cannot be repeated. NumPy's results changed with \
      the neighbourhood of buffers (numpy#26972).
      """,
    mend: """
      Use the same operations in the same order for every element, whatever the length of the row: no \
      other algorithm for long or short ones, no result that is carried over from the element before. \
      Compilers change roundings between a vector loop and its remainder when they contract a*b+c: use \
      -ffp-contract=off, or write fma.
      """,
    mutants: ["long-row-differs", "last-row-differs"], run: run)

  private static let counts = [12, 60, 66, 210, 1000]

  private static func run(_ test: Test) throws {
    let kernel = try test.kernel
    let settings = test.tier == .quick ? [Setting.initial(kernel.activation)] : settings(kernel)
    for trial in test.trials(counts.count * settings.count) {
      let n = counts[trial % counts.count]
      var random = test.random(trial)
      let inputs = BoxInputs.random(
        kernel, [1, 1, 1, n], settings[trial / counts.count], .special, &random)
      let reference = Reference(inputs, kernel, test.board)
      for pass in kernel.passes {
        for extent in shapes(n) {
          var call = BoxCall(inputs.reshaped(extent), pass)
          call.y = reference.y
          let result = call.run(kernel, test.board)
          if test.expectServed(result, call, trial) {
            test.expectMatches(result, reference, call, trial)
          }
        }
        shards(test, kernel, inputs, reference, pass, trial, &random)
      }
      if test.isDecided { return }
    }
  }

  private static func settings(_ kernel: Kernel) -> [Setting] {
    Array(Setting.all(kernel.activation).prefix(4))
  }

  /// Boxes of this many elements.
  private static func shapes(_ n: Int) -> [[Int]] {
    var shapes = [[1, 1, 1, n], [n, 1, 1, 1], [1, n, 1, 1], [1, 1, n, 1]]
    for a in 2..<n where n % a == 0 && shapes.count < 20 {
      shapes.append([1, 1, a, n / a])
      let b = (2...max(2, n / a)).first { (n / a) % $0 == 0 }
      if let b, n / a > 1 { shapes.append([b, 1, a, n / a / b]) }
      if let b, n / a > 1 { shapes.append([1, a, b, n / a / b]) }
    }
    return shapes
  }

  /// Cuts the row in two, or in many, at places of every remainder.
  private static func shards(
    _ test: Test, _ kernel: Kernel, _ inputs: BoxInputs, _ reference: Reference, _ pass: Pass,
    _ trial: Int, _ random: inout Random
  ) {
    let n = inputs.count
    var cuts = [[1], [n - 1], [n / 2], Array(stride(from: 7, to: n, by: 7))]
    cuts.append(Set((0..<4).map { _ in 1 + random.below(n - 1) }).sorted())
    for cut in cuts {
      let bounds = [0] + cut + [n]
      for (start, end) in zip(bounds, bounds.dropFirst()) where start < end {
        let elements = start..<end
        var call = BoxCall(inputs.taking(elements), pass)
        let part = reference.taking(elements)
        call.y = part.y
        call.remark = "elements \(start)..<\(end) of \(n)"
        let result = call.run(kernel, test.board)
        if test.expectServed(result, call, trial) {
          test.expectMatches(
            result, part, call, trial, "compared with the same elements in a row of \(n)")
        }
      }
    }
  }
}
