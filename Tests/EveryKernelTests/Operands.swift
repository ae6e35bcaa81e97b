import CActZoo
import Testing
import ZooHost

/// Which operands are there: in place, dy absent, outputs not wanted, one pass or two.
///
/// None of it may
/// change a bit of the rest.
struct OperandCheck<T: Scalar> {
  let activation: Activation
  private(set) var faults = Faults()

  init(_ activation: Activation) { self.activation = activation }

  mutating func run() {
    for (i, shape) in [[5], [16], [150], [3, 4, 9]].enumerated() { check(shape, seed: 41 + i) }
  }

  private mutating func check(_ shape: [Int], seed: Int) {
    let descriptor = activation.descriptor
    let setting = Setting.initial(descriptor).perturbed(descriptor, seed: seed)
    let inputs = Inputs<T>.random(descriptor, shape: shape, setting: setting, seed: seed)
    let bound: BoundActivation
    do throws(ZooError) {
      bound = try inputs.bind(activation)
    } catch {
      faults.add("\(shape): bind was refused: \(error.message)")
      return
    }
    func outputs(_ call: KernelCall<T>, _ label: String) -> Outputs<T> {
      let result = call.run(bound)
      faults.add(result.faults, "\(shape), \(label)")
      return result
    }
    let fused = outputs(KernelCall(inputs: inputs, pass: .fused), "fused")
    if !faults.isEmpty { return }

    let forward = outputs(KernelCall(inputs: inputs, pass: .forward), "forward")
    let backward = outputs(KernelCall(inputs: inputs, pass: .backward), "backward")
    faults.addDifferencesWhereWanted(forward, fused, "\(shape), forward against fused")
    faults.addDifferencesWhereWanted(backward, fused, "\(shape), backward against fused")

    for pass in Pass.allCases {
      let inPlace = outputs(
        KernelCall(inputs: inputs, pass: pass, inPlace: true), "\(pass) in place")
      faults.addDifferencesWhereWanted(inPlace, fused, "\(shape), \(pass) in place")
    }

    var ones = inputs
    ones.dy = inputs.x.map { _ in 1 }
    var none = inputs
    none.dy = nil
    for pass in [Pass.backward, .fused] {
      let explicit = outputs(KernelCall(inputs: ones, pass: pass), "\(pass), dy = 1")
      let absent = outputs(KernelCall(inputs: none, pass: pass), "\(pass), no dy")
      faults.addDifferences(absent, explicit, "\(shape), \(pass) without dy")
    }

    var roles: [Role] = [.dx]
    if inputs.g != nil { roles.append(.dg) }
    for p in inputs.parameters.indices where !inputs.parameters[p].isFixed {
      roles.append(.dparameter(p))
    }
    for wanted in 0..<(1 << min(roles.count, 7)) {
      let absent = Set(roles.indices.filter { wanted >> $0 & 1 == 0 }.map { roles[$0] })
      for pass in [Pass.backward, .fused] {
        let some = outputs(
          KernelCall(inputs: inputs, pass: pass, wants: { !absent.contains($0) }),
          "\(pass) without \(absent)")
        faults.addDifferencesWhereWanted(some, fused, "\(shape), \(pass) without \(absent)")
      }
    }
  }
}

@Suite struct EveryKernelOperands {
  @Test(arguments: Kernels.all)
  func operandsDoNotDisturbEachOther(_ kernel: KernelUnderTest) {
    func check<T: Scalar>(_ type: T.Type) {
      var check = OperandCheck<T>(kernel.activation)
      check.run()
      check.faults.report(kernel)
    }
    check(kernel.type)
  }
}
