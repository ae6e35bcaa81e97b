import CActZoo

/// What the elements of a box come to in the plainest call there is: one dense row, every parameter's
/// gradient kept apart for each element.
///
/// Rule P8 says that any other call on the same elements gives the same bits; gradients of parameters are
/// sums of these terms.
struct Reference {
  var y: [UInt64] = []
  var dx: [UInt64] = []
  var dg: [UInt64] = []
  /// For each parameter element by element, coefficients innermost; empty where there are none.
  var terms: [[Double]] = []
  /// Why a pass gave nothing: the kernel refused the plain call.
  var refusal: (pass: Pass, result: BoxOutputs)?

  /// Evaluates the elements of `inputs` in row-major order; one element at a time if the kernel does not
  /// serve gradients that vary along a row.
  ///
  /// `remark` is said on the board.
  init(_ inputs: BoxInputs, _ kernel: Kernel, _ board: Board, remark: String = "") {
    var row = inputs.taking(0..<inputs.count)
    var plain = BoxCall(row, .forward)
    plain.remark = remark
    let forward = plain.run(kernel, board)
    y = forward.y
    if !forward.isOK { refusal = (.forward, forward) }
    let pass: Pass = kernel.backward == nil ? .fused : .backward
    guard kernel.function(pass) != nil else { return }
    for i in row.parameters.indices {
      row.parameters[i].gradientVaries = [false, false, false, true]
    }
    var call = BoxCall(row, pass)
    call.y = forward.y
    call.remark = remark
    let backward = call.run(kernel, board)
    (dx, dg, terms) = (backward.dx, backward.dg, backward.dparameters)
    if backward.isOK { return }
    terms = row.parameters.map { _ in [] }
    for element in 0..<row.count {
      var call = BoxCall(row.taking([element]), pass)
      if !forward.y.isEmpty { call.y = [forward.y[element]] }
      let one = call.run(kernel, board)
      if !one.isOK {
        refusal = (pass, one)
        return
      }
      dx += one.dx
      dg += one.dg
      for i in terms.indices { terms[i] += one.dparameters[i] }
    }
  }

  /// Only these elements.
  func taking(_ elements: some Collection<Int>) -> Reference {
    func taken<T>(_ all: [T], _ length: Int = 1) -> [T] {
      all.isEmpty
        ? [] : elements.flatMap { all[$0 * length..<($0 + 1) * length] }
    }
    var part = self
    part.y = taken(y)
    part.dx = taken(dx)
    part.dg = taken(dg)
    let count = max(y.count, dx.count, 1)
    part.terms = terms.map { taken($0, $0.count / count) }
    return part
  }

  /// Sums of a parameter's terms, slot by slot, with the sums of their magnitudes.
  ///
  /// A sum whose terms overflow on the way depends on their order: it is nil, unless it is NaN in every
  /// order.
  func sums(_ index: Int, _ parameter: ParameterInput, _ extent: [Int])
    -> (sums: [Double?], sizes: [Double])
  {
    let length = parameter.length
    let slots = ParameterInput.slotOfElement(extent, parameter.sumsVary)
    var sums = [Double](
      repeating: 0, count: ParameterInput.slots(extent, parameter.sumsVary) * length)
    var sizes = sums
    var extremes = [(isAbove: Bool, isBelow: Bool)](repeating: (false, false), count: sums.count)
    for (element, slot) in slots.enumerated() {
      for k in 0..<length {
        let term = terms[index][element * length + k]
        sums[slot * length + k] += term
        sizes[slot * length + k] += term.magnitude
        if term == .infinity { extremes[slot * length + k].isAbove = true }
        if term == -.infinity { extremes[slot * length + k].isBelow = true }
      }
    }
    let settled = sums.indices.map { k -> Double? in
      // Next to the largest double another order of adding may overflow, and is not wrong.
      if sizes[k] < 0x1.fffffp1023 || sizes[k].isNaN { return sums[k] }
      return extremes[k] == (true, true) ? .nan : nil
    }
    return (settled, sizes)
  }
}

extension Test {
  /// Fails where a call's results are not those of the same elements in one dense row.
  func expectMatches(
    _ got: BoxOutputs, _ reference: Reference, _ call: BoxCall, _ trial: Int,
    _ label: @autoclosure () -> String = ""
  ) {
    var plain = BoxOutputs()
    (plain.y, plain.dx, plain.dg) = (reference.y, reference.dx, reference.dg)
    let label = label()
    expectSame(
      got, plain, call, trial,
      label.isEmpty ? "compared with the same elements in one dense row" : label)
    guard got.isOK else { return }
    for (i, sums) in got.dparameters.enumerated() where !sums.isEmpty {
      guard i < reference.terms.count, !reference.terms[i].isEmpty else { continue }
      expectSums(sums, reference, i, call, trial, label)
    }
  }

  /// Fails where a parameter's gradient is not what was there before and the sum of its elements' terms.
  private func expectSums(
    _ got: [Double], _ reference: Reference, _ i: Int, _ call: BoxCall, _ trial: Int,
    _ label: String
  ) {
    let (sums, sizes) = reference.sums(i, call.inputs.parameters[i], call.inputs.extent)
    let start = call.dparameterStart
    let count = Double(call.inputs.count)
    for k in got.indices {
      guard let sum = sums[k] else { continue }
      let want = start + sum
      if got[k] == want || got[k].isNaN && want.isNaN { continue }
      let rounding = start == 0 ? 0 : 0x1p-52 * count * (start.magnitude + sizes[k])
      if (got[k] - want).magnitude <= 0x1p-22 * sizes[k] + rounding { continue }
      var witness = witness(call, trial, .dparameter(i))
      witness.index = k
      witness.got = "\(got[k])"
      witness.want = "\(want)"
      let before = start == 0 ? "" : " (it held \(start) before the call)"
      fail(
        "\(call.text)\(label.isEmpty ? "" : ", \(label)"): the sum in dparam[\(i)][\(k)] is "
          + "\(got[k])\(before); the terms of its elements add up to \(want).", witness)
      return
    }
  }

  /// Fails where a legal call was called invalid; says once where it was not served, which is allowed but
  /// slow.
  ///
  /// - Returns: true if there are results to look at.
  func expectServed(_ result: BoxOutputs, _ call: BoxCall, _ trial: Int) -> Bool {
    if result.isOK { return true }
    if result.status != ACTZOO_UNSUPPORTED {
      expectOK(result, call, trial)
    } else if kernelHas(call.pass) && isSpotless {
      warn(
        "\(call.text): UNSUPPORTED\(result.message.isEmpty ? "" : " (\(result.message))"). The host "
          + "will evaluate the formula for such calls, many times more slowly.",
        witness(call, trial, nil))
    }
    return false
  }

  private func kernelHas(_ pass: Pass) -> Bool { (try? kernel)?.function(pass) != nil }
}
