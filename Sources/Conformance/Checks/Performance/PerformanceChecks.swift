import Foundation

extension Checks {
  static let perf: [Check] = [
    Check(
      "denormal-slowdown", .perf, rule: "P11", isAdvice: true,
      summary:
        "Subnormal inputs take at most four times as long as everyday ones, and 20 ns an element.",
      why: """
        Activations that fade out reach subnormals: a network then becomes a hundred times slower for \
        no reason that a profile shows.
        """,
      mend:
        "Compute subnormals with the arithmetic of the others, without loops and branches of their own.",
      mutants: ["denormal-slow"], run: denormalSlowdown),
    Check(
      "throughput", .perf, rule: "P11", isAdvice: true,
      summary: """
        The time of an element is measured in rows of 1024: it is noted, and more than 100 ns, longer \
        than evaluating most formulas by an interpreter, is advised against.
        """,
      why:
        "A compiled kernel that is slower than the host's own interpreter of the formula is not worth loading.",
      mend: "Build with -O2 or more, avoid calls of libm in the loop, let the compiler vectorise.",
      mutants: ["slow"], run: throughput),
  ]

  private static func throughput(_ test: Test) throws {
    let kernel = try test.kernel
    var random = test.random(1)
    let inputs = BoxInputs.random(
      kernel, [1, 1, 1, 1024], .initial(kernel.activation), &random)
    for pass in kernel.passes {
      let call = BoxCall(inputs, pass)
      guard let time = nanoseconds(call, kernel, test) else { continue }
      test.note("\(pass.rawValue) takes \(String(format: "%.2f", time)) ns an element")
      if time > 100 {
        test.fail(
          "\(call.text): \(Int(time.rounded())) ns an element, in rows of 1024.",
          test.witness(call, 0, nil))
      }
    }
  }

  private static func denormalSlowdown(_ test: Test) throws {
    let kernel = try test.kernel
    let type = kernel.type
    var random = test.random(2)
    let ordinary = BoxInputs.random(
      kernel, [1, 1, 1, 1024], .initial(kernel.activation), &random)
    var tiny = ordinary
    let unit = Double(sign: .plus, exponent: type.leastExponent, significand: 1)
    tiny.x = ordinary.x.map { x in
      let units = 1 + random.next() % ((1 << UInt64(type.significandBits)) - 1)
      return (x < 0 ? -1 : 1) * Double(units) * unit
    }
    for pass in kernel.passes {
      let call = BoxCall(tiny, pass)
      guard let usual = nanoseconds(BoxCall(ordinary, pass), kernel, test),
        let slow = nanoseconds(call, kernel, test)
      else { continue }
      let times = (slow: String(format: "%.2f", slow), usual: String(format: "%.2f", usual))
      test.note(
        "\(pass.rawValue) takes \(times.slow) ns an element for subnormal inputs, \(times.usual) ns for "
          + "everyday ones")
      if slow > 4 * usual && slow > usual + 1000 {
        test.fail(
          "\(call.text): subnormal inputs take \(times.slow) ns an element, everyday ones "
            + "\(times.usual) ns.",
          test.witness(call, 0, nil))
      }
    }
  }

  /// The time of an element: the least of several runs, since everything else only adds to it.
  private static func nanoseconds(_ call: BoxCall, _ kernel: Kernel, _ test: Test) -> Double? {
    var least = Double.infinity
    var call = call
    call.invoke = { invocation in
      var status = invocation()
      let start = DispatchTime.now().uptimeNanoseconds
      var runs = 0
      while status == 0, runs < 8 || DispatchTime.now().uptimeNanoseconds - start < 2_000_000 {
        runs += 1
        let before = DispatchTime.now().uptimeNanoseconds
        status = invocation()
        least = min(least, Double(DispatchTime.now().uptimeNanoseconds - before))
      }
      return status
    }
    guard call.run(kernel, test.board).isOK, least.isFinite else { return nil }
    return least / Double(call.inputs.count)
  }
}
