import CActZoo
import Testing
import ZooHost

/// Every number of elements, beside guard words: full lanes, tails, nothing at all.
///
/// An element's bits
/// do not depend on how many others there are or where it lies (rule P8).
struct LengthCheck<T: Scalar> {
  let activation: Activation
  /// Numbers of elements to try.
  var lengths = Array(0...257) + [1000, 4097, 100_003]
  private(set) var faults = Faults()

  init(_ activation: Activation) { self.activation = activation }

  mutating func run() {
    let descriptor = activation.descriptor
    let setting = Setting.initial(descriptor)
    let most = lengths.max() ?? 0
    let all = Inputs<T>.random(descriptor, shape: [most], setting: setting, seed: 31)
    let bound: BoundActivation
    do throws(ZooError) {
      bound = try all.bind(activation)
    } catch {
      faults.add("bind was refused: \(error.message)")
      return
    }
    let whole = KernelCall(inputs: all, pass: .fused).run(bound)
    faults.add(whole.faults, "\(most) elements")
    if !faults.isEmpty { return }
    for n in lengths {
      // Begin at another place every time, so that elements meet other lanes than in the whole.
      let first = (n * 7) % max(1, most - n)
      let part = all.taking(first..<first + n)
      for pass in Pass.allCases {
        let result = KernelCall(inputs: part, pass: pass).run(bound)
        faults.add(result.faults, "\(n) elements")
        if !result.faults.isEmpty { continue }
        var expected = result  // sums have their own check
        if pass != .backward { expected.y = Array(whole.y[first..<first + n]) }
        if pass != .forward { expected.dx = Array(whole.dx[first..<first + n]) }
        if !result.dg.isEmpty || !whole.dg.isEmpty && pass != .forward {
          expected.dg = Array(whole.dg[first..<first + n])
        }
        faults.addDifferences(result, expected, "\(n) elements, \(pass)")
      }
      if !faults.isEmpty && faults.count > 20 { return }
    }
  }
}

@Suite struct EveryKernelLengths {
  @Test(arguments: Kernels.all)
  func elementsDoNotKnowTheirNeighbours(_ kernel: KernelUnderTest) {
    func check<T: Scalar>(_ type: T.Type) {
      var check = LengthCheck<T>(kernel.activation)
      check.run()
      check.faults.report(kernel)
    }
    check(kernel.type)
  }
}
