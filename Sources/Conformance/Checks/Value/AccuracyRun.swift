import Formula

/// Results of a kernel on chosen inputs, judged; the findings and measurements of one test.
final class AccuracyRun {
  let test: Test
  let kernel: Kernel
  private var tallies: [String: Tally] = [:]

  init(_ test: Test) throws(Trouble) {
    self.test = test
    kernel = try test.kernel
  }

  /// Why the outputs cannot be judged, or nil.
  func obstacle(_ outputs: [Output]) -> String? {
    if outputs.contains(where: { $0 != .y }), kernel.backward == nil, kernel.fused == nil {
      return "the row has no backward."
    }
    for output in outputs
    where kernel.activation.claims.on(output.claimedPass, kernel.type).isEmpty {
      return "the text claims nothing on \(kernel.type.rawValue) \(output.claimedPass)."
    }
    return nil
  }

  /// How many points to take of a formula: `base` of a short one, fewer of a long one.
  func count(_ base: Int, _ setting: Setting) -> Int {
    let size =
      (try? kernel.activation.formula.instantiate(counts: setting.counts).nodes.count) ?? 1
    return max(min(base, 60), base * 30 / (30 + size))
  }

  /// A row of inputs with the parameters of a setting; g and noise at random if not given.
  func row(
    _ setting: Setting, x: [Double], g: [Double]? = nil, _ random: inout Random
  ) -> BoxInputs {
    var inputs = BoxInputs(extent: [1, 1, 1, x.count], x: x)
    if kernel.activation.isGated {
      inputs.g =
        g
        ?? x.indices.map { i in
          i % 3 == 0 ? x[(i * 7 + 3) % x.count] : kernel.type.rounded(2 * random.normal())
        }
    }
    if kernel.activation.usesNoise {
      inputs.noise = x.indices.map {
        $0 == 0 ? 0 : $0 == 1 ? 1 - 0x1p-24 : Double(random.next() >> 40) * 0x1p-24
      }
    }
    inputs.parameters = setting.parameters(kernel)
    return inputs
  }

  /// Calls the kernel for these outputs and judges them; with `dy` also times that.
  func judge(
    _ outputs: [Output], _ setting: Setting, _ inputs: BoxInputs, dy: [Double]? = nil, trial: Int
  ) throws {
    let setting = setting.rounded(to: kernel.type)
    if outputs.contains(.y) {
      let call = BoxCall(inputs, .forward)
      let result = call.run(kernel, test.board)
      test.expectOK(result, call, trial)
      if result.isOK {
        try judge(.y, result.y.map(kernel.type.decode), setting, inputs, call, trial)
      }
    }
    let slopes = outputs.filter { $0 == .dx || $0 == .dg }
    let parameters = outputs.filter { $0 != .y && $0 != .dx && $0 != .dg }
    for dy in dy == nil ? [nil] : [nil, dy] {
      var weighted = inputs
      weighted.dy = dy
      let pass = kernel.backward == nil ? Pass.fused : .backward
      if !slopes.isEmpty {
        let call = BoxCall(weighted, pass)
        let result = call.run(kernel, test.board)
        test.expectOK(result, call, trial)
        for output in slopes where result.isOK {
          let bits = output == .dx ? result.dx : result.dg
          try judge(output, bits.map(kernel.type.decode), setting, weighted, call, trial)
        }
      }
      if !parameters.isEmpty {
        // A value of its own for every element gives every element's own gradient.
        for i in weighted.parameters.indices where !weighted.parameters[i].isFixed {
          weighted.parameters[i].varies = [false, false, false, true]
          weighted.parameters[i].values = inputs.x.indices.flatMap { _ in
            inputs.parameters[i].values
          }
        }
        let call = BoxCall(weighted, pass)
        let result = call.run(kernel, test.board)
        test.expectOK(result, call, trial)
        for case .parameter(let i, let j) in parameters where result.isOK {
          let length = inputs.parameters[i].length
          let own = inputs.x.indices.map { result.dparameters[i][$0 * length + j] }
          try judge(.parameter(i, coefficient: j), own, setting, weighted, call, trial)
        }
      }
    }
  }

  private func judge(
    _ output: Output, _ got: [Double], _ setting: Setting, _ inputs: BoxInputs, _ call: BoxCall,
    _ trial: Int
  ) throws {
    let judge = try judge(of: output, setting, count: got.count)
    var tally = Tally()
    judge.judge(
      got, x: inputs.x, g: inputs.g, u: inputs.noise,
      dy: output == .y ? nil : inputs.dy, into: &tally)
    add(tally, output, setting, trial)
  }

  /// A judge of an output in a setting, whose numbers the kernel's type must have.
  func judge(of output: Output, _ setting: Setting, count: Int) throws -> Judge {
    let activation = kernel.activation
    let function = output == .y ? activation.formula : activation.surrogate ?? activation.formula
    do throws(FormulaError) {
      return try Judge(
        try function.instantiate(counts: setting.counts), by: output.variable,
        format: kernel.type, claims: activation.claims.on(output.claimedPass, kernel.type),
        coefficients: setting.values, count: count)
    } catch {
      throw Trouble("\(output.name(activation)) cannot be judged: \(error.message)")
    }
  }

  /// Takes what a judge has seen into the test's result.
  func add(_ tally: Tally, _ output: Output, _ setting: Setting, _ trial: Int) {
    tallies[output.claimedPass, default: Tally()].merge(tally)
    if tally.literal > 0 {
      test.note(
        "\(setting.label): \(output.name(kernel.activation)) is NaN at an infinite input, as the formula "
          + "is written, where it has a limit")
    }
    guard let fault = tally.fault else { return }
    let name = output.name(kernel.activation)
    var message = "\(setting.label): \(name) at \(fault.text)"
    if tally.faultCount > 1 { message += "; \(tally.faultCount) of \(tally.points) results are" }
    if tally.faultCount > 1 && tally.worst.error > fault.verdict.error {
      message += ", the worst by \(Fault.ulps(tally.worst.error)) ulp at \(tally.worstPoint.x)"
    }
    test.fail(message + ".", witness(fault, output, setting, trial))
  }

  private func witness(
    _ fault: Fault, _ output: Output, _ setting: Setting, _ trial: Int
  ) -> Witness {
    var witness = Witness(trial: trial)
    witness.pass = output == .y ? "forward" : "backward"
    witness.output = output.name(kernel.activation)
    witness.extent = [1, 1, 1, 1]
    let type = kernel.type
    var operands = ["x": type.text(type.encode(fault.point.x))]
    if kernel.activation.isGated { operands["g"] = type.text(type.encode(fault.point.g)) }
    if kernel.activation.usesNoise { operands["u"] = "\(fault.point.u)" }
    if fault.point.dy != 1 { operands["dy"] = type.text(type.encode(fault.point.dy)) }
    witness.operands = operands
    witness.parameters = [:]
    for (parameter, values) in zip(kernel.activation.parameters, setting.values) {
      witness.parameters?[parameter.name] = Array(values.prefix(32))
    }
    witness.got = type.text(type.encode(fault.got))
    witness.want = type.text(fault.exactBits)
    witness.ulp = fault.verdict.error
    return witness
  }

  /// Says how near to its claims the kernel came.
  func report() {
    for pass in ["forward", "backward", "params"] {
      guard let tally = tallies[pass], tally.points > tally.unjudged + tally.uncovered,
        // Without an error no claim was ever in danger.
        let claim = tally.claim ?? kernel.activation.claims.on(pass, kernel.type).first
      else { continue }
      test.measured(
        Measurement(
          pass: pass, claimedULP: claim.ulp, claimedAbsolute: claim.absolute,
          observedULP: tally.observed, at: tally.place,
          observedAbsolute: tally.observedAbsolute, absoluteAt: tally.absolutePlace,
          points: tally.points))
    }
  }
}

extension Judge {
  /// Judges as many results as `got` has.
  func judge(
    _ got: [Double], x: [Double], g: [Double]?, u: [Double]?, dy: [Double]?, into tally: inout Tally
  ) {
    func with(_ list: [Double]?, _ body: (UnsafePointer<Double>?) -> Void) {
      guard let list else { return body(nil) }
      list.withUnsafeBufferPointer { body($0.baseAddress) }
    }
    with(g) { g in
      with(u) { u in
        with(dy) { dy in judge(got.count, got: got, x: x, g: g, u: u, dy: dy, into: &tally) }
      }
    }
  }
}
