import CActZoo

extension Checks {
  static let memory: [Check] = operands + noCalls + [callIsPure]

  private static let operands: [Check] = [
    Check(
      "guard-after", .memory, rule: "P6",
      summary: """
        Every operand ends where a page begins that nobody may touch; rows of 0 to 257 elements. \
        Nothing behind the last element may be read or written.
        """,
      why:
        "Most kernels work on whole vectors; the last, shorter one is where memory is corrupted.",
      mend: "Handle the rest of a row element by element, or with masked loads and stores.",
      mutants: ["reads-after", "reads-after-parameter", "writes-after"],
      run: { try guardPages($0, .endsAtGuard) }),
    Check(
      "guard-before", .memory, rule: "P6",
      summary: """
        Every operand begins where a page ends that nobody may touch. Nothing before the first element \
        may be read or written.
        """,
      why: "Overlapping the last vector with the one before it reads in front of short rows.",
      mend: "Do not step back from the end of a row that is shorter than a vector.",
      mutants: ["reads-before", "writes-before"],
      run: { try guardPages($0, .startsAtGuard) }),
    Check(
      "canary-stride", .memory, rule: "P6",
      summary: "Rows lie apart; the gaps between them hold a pattern that must survive.",
      why: "A tensor that is a part of a larger one has other people's numbers between its rows.",
      mend: "Advance by stride[axis] from row to row; write extent[3] elements and no more.",
      mutants: ["writes-gaps"], run: canaryStride),
    Check(
      "unwritten-output", .memory, rule: "P6",
      summary: "Outputs start as a NaN that no computation gives; every element must be replaced.",
      why: "An element that is left out keeps what was in memory before.",
      mend: "Write every element of the box, for every extent.",
      mutants: ["leaves-last", "skips-zero-dy"], run: unwrittenOutput),
    Check(
      "inputs-unchanged", .memory, rule: "P6",
      summary: """
        x, g, dy, noise and parameters are compared after the call, and then lie in memory that cannot be \
        written: also writing back what was there counts.
        """,
      why: "Callers reuse their inputs: what was overwritten is wrong in the next layer.",
      mend: "Treat x, dy, noise and param as constant; keep scratch on the stack.",
      mutants: ["scratch-in-x", "scratch-in-dy", "rewrites-x"], run: inputsUnchanged),
    Check(
      "call-unchanged", .memory, rule: "P6",
      summary: "The call's struct and its lists of views are compared after the call.",
      why: "Several threads share one call: a kernel that advances its pointers breaks the others.",
      mend: "Copy views into variables of your own before advancing them.",
      mutants: ["edits-call", "edits-views"], run: callUnchanged),
    Check(
      "misaligned", .memory, rule: "P7",
      summary: """
        Operands begin at every element of a cache line, each at another; results must have the bits \
        of aligned ones.
        """,
      why:
        "A view that begins at x[1] is an everyday thing; a required alignment costs hidden copies.",
      mend: "Use unaligned loads and stores (loadu/storeu, memcpy, packed types).",
      mutants: ["aligned-loads"], run: misaligned),
  ]

  /// Lengths with every tail of every vector width, then a few long ones.
  private static func lengths(_ tier: Tier) -> [Int] {
    Array(0...(tier == .quick ? 70 : 257)) + [1000, 1023, 4097]
  }

  private static func guardPages(_ test: Test, _ placement: Placement) throws {
    let kernel = try test.kernel
    let lengths = lengths(test.tier)
    var random = test.random(1)
    let setting = Setting.initial(kernel.activation)
    for trial in test.trials(lengths.count) {
      let inputs = BoxInputs.random(kernel, [1, 1, 1, lengths[trial]], setting, &random)
      for pass in kernel.passes {
        var call = BoxCall(inputs, pass)
        call.placement = { _ in placement }
        test.expectOK(call.run(kernel, test.board), call, trial)
      }
    }
    // Parameters with a value of their own for each element are rows like any other.
    guard !kernel.activation.parameters.isEmpty, test.test.trial == nil else { return }
    for n in lengths.prefix(70) {
      var inputs = BoxInputs.random(kernel, [1, 1, 1, n], setting, &random)
      inputs.spreadParameters([false, false, false, true])
      for pass in kernel.passes {
        var call = BoxCall(inputs, pass)
        call.placement = { _ in placement }
        test.expectOK(call.run(kernel, test.board), call, n)
      }
    }
  }

  private static func canaryStride(_ test: Test) throws {
    let kernel = try test.kernel
    let extents = [[1, 1, 2, 3], [1, 1, 3, 17], [1, 2, 3, 7], [2, 3, 2, 33], [3, 1, 2, 1]]
    var random = test.random(2)
    for trial in test.trials(extents.count) {
      let extent = extents[trial]
      let inputs = BoxInputs.random(
        kernel, extent, .initial(kernel.activation), &random)
      for pass in kernel.passes {
        var call = BoxCall(inputs, pass)
        call.layout = { role, dense in role.isParameter ? dense : .spread(extent) }
        let result = call.run(kernel, test.board)
        test.expectOK(result, call, trial)
        for disturbance in result.disturbances {
          if case .element = disturbance.kind { continue }  // inputs-unchanged
          test.fail(
            "\(call.text): \(disturbance.text).", test.witness(call, trial, disturbance.role))
        }
      }
    }
  }

  private static func unwrittenOutput(_ test: Test) throws {
    let kernel = try test.kernel
    let lengths = lengths(test.tier)
    var random = test.random(3)
    for trial in test.trials(lengths.count) {
      for extent in [[1, 1, 1, lengths[trial]], [1, 2, 3, min(lengths[trial], 70)]] {
        var inputs = BoxInputs.random(
          kernel, extent, .initial(kernel.activation), &random)
        // Zeros are what shortcuts are taken for.
        for i in stride(from: 1, to: inputs.count, by: 3) { inputs.dy?[i] = 0 }
        for i in stride(from: 2, to: inputs.count, by: 5) { inputs.x[i] = 0 }
        for pass in kernel.passes {
          let call = BoxCall(inputs, pass)
          let result = call.run(kernel, test.board)
          test.expectOK(result, call, trial)
          for (role, element) in result.unwritten {
            var witness = test.witness(call, trial, role)
            witness.index = element
            test.fail(
              "\(call.text): element \(element) of \(role.name) was not written.", witness)
          }
        }
      }
      if test.isDecided { return }
    }
  }

  private static func inputsUnchanged(_ test: Test) throws {
    let kernel = try test.kernel
    let lengths = [1, 2, 7, 16, 33, 100, 1000]
    var random = test.random(4)
    for trial in test.trials(lengths.count) {
      var inputs = BoxInputs.random(
        kernel, [1, 2, 3, lengths[trial]], .initial(kernel.activation), &random)
      if trial % 2 == 1 { inputs.spreadParameters([false, true, false, false]) }
      for pass in kernel.passes {
        var call = BoxCall(inputs, pass)
        let result = call.run(kernel, test.board)
        test.expectOK(result, call, trial)
        for disturbance in result.disturbances {
          guard case .element = disturbance.kind else { continue }
          test.fail(
            "\(call.text): \(disturbance.text).", test.witness(call, trial, disturbance.role))
        }
        if test.isDecided { return }
        call.protectsInputs = true
        if result.disturbances.isEmpty { _ = call.run(kernel, test.board) }
      }
    }
  }

  private static func callUnchanged(_ test: Test) throws {
    let kernel = try test.kernel
    var random = test.random(5)
    let extents = [[1, 1, 1, 5], [1, 1, 3, 5], [2, 3, 4, 9]]
    for trial in test.trials(extents.count) {
      let inputs = BoxInputs.random(
        kernel, extents[trial], .initial(kernel.activation), &random)
      for pass in kernel.passes {
        let call = BoxCall(inputs, pass)
        let result = call.run(kernel, test.board)
        test.expectOK(result, call, trial)
        if !result.isCallIntact {
          test.fail(
            "\(call.text): the call's struct, or a view that it points to, was changed.",
            test.witness(call, trial, nil))
        }
      }
    }
  }

  private static func misaligned(_ test: Test) throws {
    let kernel = try test.kernel
    let lengths = [3, 16, 37, 130]
    let setting = Setting.initial(kernel.activation)
    for trial in test.trials(16 * lengths.count) {
      var random = test.random(trial / 16)
      let inputs = BoxInputs.random(
        kernel, [1, 1, 1, lengths[trial / 16]], setting, &random)
      for pass in kernel.passes {
        var call = BoxCall(inputs, pass)
        let aligned = call.run(kernel, test.board)
        test.expectOK(aligned, call, trial)
        call.placement = { role in .loose(offset: trial % 16 + role.spread) }
        let moved = call.run(kernel, test.board)
        test.expectOK(moved, call, trial)
        test.expectSame(
          moved, aligned, call, trial, "beginning \(trial % 16) elements behind a cache line",
          dparameters: 0x1p-40)
      }
    }
  }
}

extension Role {
  /// Another number for every role, so that operands are not aligned alike.
  fileprivate var spread: Int {
    switch self {
    case .x: 0
    case .g: 3
    case .noise: 5
    case .y: 1
    case .dy: 2
    case .dx: 7
    case .dg: 4
    case .parameter(let i): 6 + i
    case .dparameter(let i): 9 + i
    }
  }
}
