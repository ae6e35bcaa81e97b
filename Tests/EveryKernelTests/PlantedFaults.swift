import CActZoo
import CSystem
import Foundation
import Testing
import ZooHost

/// The checks are checked: each sees the fault planted for it, and none where there is none.
///
/// The kernels are Tests/Fixtures/parabola.c, compiled with another fault each time.
@Suite struct EveryKernelPlantedFaults {
  /// The checks of this folder, as what they find in a kernel with f32.
  enum Check: String, CaseIterable, Sendable {
    case granularity, layouts, operands, threads, controlWords, fork

    func faults(_ activation: Activation) -> Faults {
      switch self {
      case .granularity:
        var check = GranularityCheck<Float>(activation)
        check.run()
        return check.faults
      case .layouts:
        var check = LayoutCheck<Float>(activation)
        check.run()
        return check.faults
      case .operands:
        var check = OperandCheck<Float>(activation)
        check.run()
        return check.faults
      case .threads:
        var check = ThreadCheck<Float>(activation)
        check.run()
        return check.faults
      case .controlWords:
        var check = CallerStateCheck<Float>(activation)
        #if arch(x86_64)
          check.runControlWords()
        #endif
        return check.faults
      case .fork:
        var check = CallerStateCheck<Float>(activation)
        check.runFork()
        return check.faults
      }
    }
  }

  static let plants: [(fault: String, seenBy: Check)] = [
    ("IGNORES_STRIDES", .layouts), ("OVERWRITES_SUMS", .granularity), ("READS_TWICE", .operands),
    ("IGNORES_PARAMETERS", .granularity),
    ("NEEDS_SUMS", .operands), ("UNSTEADY", .controlWords),
  ]

  @Test(arguments: plants)
  func aPlantedFaultIsSeen(_ plant: (fault: String, seenBy: Check)) throws {
    let activation = try Self.parabola(plant.fault)
    let faults = plant.seenBy.faults(activation)
    #expect(!faults.isEmpty, "\(plant.seenBy) did not see \(plant.fault)")
  }

  @Test(arguments: Check.allCases.filter { $0 != .fork })
  func aRightKernelPasses(_ check: Check) throws {
    let faults = check.faults(try Self.parabola("NONE"))
    #expect(faults.isEmpty, "\(check) sees faults in a right kernel: \(faults.sentences)")
  }

  /// In a process of its own, because the number of threads belongs to the process.
  @Test func aKernelThatKnowsItsThreadIsSeen() async {
    await #expect(processExitsWith: .success) {
      let faults = Check.threads.faults(try EveryKernelPlantedFaults.parabola("KNOWS_ITS_THREAD"))
      #expect(!faults.isEmpty)
    }
  }

  @Test func aKernelThatKnowsItsProcessIsSeenAfterFork() async {
    await #expect(processExitsWith: .success) {
      let right = Check.fork.faults(try Self.parabola("NONE"))
      #expect(right.isEmpty, "\(right.sentences)")
      let wrong = Check.fork.faults(try Self.parabola("KNOWS_ITS_PROCESS"))
      #expect(!wrong.isEmpty)
    }
  }

  /// Compiles the fixture with one fault and loads it.
  private static func parabola(_ fault: String) throws -> Activation {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("actzoo-parabola-\(getpid())-\(fault)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(at: folder) }
    let library = folder.appendingPathComponent("parabola.actzoo.so")
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = [
      "cc", "-std=c11", "-O1", "-ffp-contract=off", "-shared", "-fPIC", "-fvisibility=hidden",
      "-Wall", "-Wextra", "-Werror", "-DFAULT=\(fault)",
      "-I", Kernels.root.appendingPathComponent("Include").path,
      Kernels.root.appendingPathComponent("Tests/Fixtures/parabola.c").path, "-o", library.path,
    ]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0, "cc does not compile parabola.c")
    let zoo = Kernels.open(library.path)
    let activation = try #require(
      zoo.activations.first, "refused: \(zoo.reports.map { $0.text })")
    try activation.load()  // before the file is removed
    return activation
  }
}
