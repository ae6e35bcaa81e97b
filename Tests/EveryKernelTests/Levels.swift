import CActZoo
import CSystem
import Testing
import ZooHost

/// Every CPU level that this machine runs, capped by ACTZOO_ISA: the kernels keep their claims on each.
///
/// In processes of their own, because the environment belongs to the process and is read when a zoo is
/// opened.
@Suite struct EveryKernelLevels {
  static func check(_ level: String) {
    setenv("ACTZOO_ISA", level, 1)
    let kernels = Kernels.kernels(of: Kernels.open(Kernels.folder))
    #expect(!kernels.isEmpty, "ACTZOO_ISA=\(level) leaves no kernel in \(Kernels.folder)")
    for kernel in kernels {
      let isa = kernel.activation.isa
      // The baseline's text names no level. A level may be missing, a higher one may not be taken.
      #expect(rank(isa) <= rank(level), "\(kernel.name) is of level \(isa), above \(level)")
      func check<T: Scalar>(_ type: T.Type) {
        var check = AccuracyCheck<T>(kernel.activation, samples: 1000)
        check.run()
        check.faults.report(kernel)
        var lengths = LengthCheck<T>(kernel.activation)
        lengths.lengths = [0, 1, 7, 15, 16, 17, 63, 64, 65, 257]
        lengths.run()
        lengths.faults.report(kernel)
      }
      check(kernel.type)
    }
  }

  private static func rank(_ isa: String) -> Int { Int(isa.suffix(1)) ?? 0 }

  #if arch(x86_64)
    @Test func theFirstLevelKeepsTheClaims() async {
      await #expect(processExitsWith: .success) { EveryKernelLevels.check("x86-64") }
    }

    @Test(.enabled(if: csystem_cpu_level() >= 3, "this CPU has no x86-64-v3"))
    func level3KeepsTheClaims() async {
      await #expect(processExitsWith: .success) { EveryKernelLevels.check("x86-64-v3") }
    }

    @Test(.enabled(if: csystem_cpu_level() >= 4, "this CPU has no x86-64-v4"))
    func level4KeepsTheClaims() async {
      await #expect(processExitsWith: .success) { EveryKernelLevels.check("x86-64-v4") }
    }
  #endif
}
