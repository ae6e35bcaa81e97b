// swift-tools-version: 6.2
// The Activation Zoo: host, harness and command line. Plugins and libactzoo.so are Embedded Swift, one
// module each, and are built by the Makefile (`actzoo build`, docs/plugins.md); this package holds what
// is ordinary Swift, and everything that tests import.
import PackageDescription

// _GNU_SOURCE for every module: CSystem needs it, and libc's structs must look alike to all of them.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error), .unsafeFlags(["-Xcc", "-D_GNU_SOURCE"]),
]
// Kernels are fast in every configuration, so that tests in debug do not wait for them.
let kernel: [SwiftSetting] = strict + [.unsafeFlags(["-Ounchecked"])]

let package = Package(
  name: "actzoo",
  products: [
    .executable(name: "actzoo", targets: ["actzoo"]),
    .library(name: "ZooHost", targets: ["ZooHost"]),
    .library(name: "Formula", targets: ["Formula"]),
    .library(name: "Training", targets: ["Training"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // C headers: the two contracts, libc for the Embedded subset, lane operations, zlib.
    .systemLibrary(name: "CActZoo", path: "Include"),
    .systemLibrary(
      name: "CSystem", path: "Sources/CSystem", providers: [.apt(["libffi-dev"])]),
    .systemLibrary(name: "CLanes", path: "Sources/CLanes"),
    .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CTraining", path: "Sources/CTraining"),
    .systemLibrary(
      name: "CMPFR", path: "Sources/CMPFR", pkgConfig: "mpfr", providers: [.apt(["libmpfr-dev"])]),
    .target(
      name: "CConformance",
      cSettings: [.unsafeFlags(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"])]),

    // Embedded subset: compiled here for tests and the command line, and once more into plugins and
    // libactzoo.so. Plugins' part has no `public`: what a plugin does not use then costs its compilation
    // nothing. PluginKit is compiled into plugins alone (`actzoo build`).
    .target(
      name: "KernelMath", dependencies: ["CLanes"],
      swiftSettings: kernel + [.unsafeFlags(["-enable-testing"])]),
    .target(name: "Formula", dependencies: ["CSystem"], swiftSettings: strict),
    .target(
      name: "ZooHost", dependencies: ["Formula", "CActZoo", "CSystem"],
      swiftSettings: strict,
      // Statically: what is built needs no libffi where it runs.
      linkerSettings: [.unsafeFlags(["-Xlinker", "-l:libffi_pic.a"])]),

    .target(name: "Exporting", dependencies: ["Formula"], swiftSettings: strict),
    .target(
      name: "Training",
      dependencies: ["ZooHost", "Formula", "CActZoo", "CSystem", "CZlib", "CTraining"],
      swiftSettings: strict),
    .target(
      name: "Conformance",
      dependencies: ["ZooHost", "Formula", "CActZoo", "CSystem", "CMPFR", "CConformance"],
      exclude: ["README.md"], swiftSettings: strict),
    .executableTarget(
      name: "actzoo",
      dependencies: [
        "Training", "Conformance", "Exporting", "ZooHost", "Formula", "CActZoo", "CSystem",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .testTarget(name: "FormulaTests", dependencies: ["Formula", "CSystem"], swiftSettings: strict),
    .testTarget(name: "KernelMathTests", dependencies: ["KernelMath"], swiftSettings: strict),
    .testTarget(
      name: "ZooHostTests", dependencies: ["ZooHost", "Formula", "CActZoo", "CSystem"],
      swiftSettings: strict),
    .testTarget(
      name: "EveryKernelTests", dependencies: ["ZooHost", "Formula", "CActZoo", "CSystem"],
      swiftSettings: strict),
    .testTarget(
      name: "ConformanceTests",
      dependencies: ["Conformance", "ZooHost", "Formula", "CActZoo", "CSystem", "CMPFR"],
      swiftSettings: strict),
    .testTarget(
      name: "TrainingTests", dependencies: ["Training", "ZooHost"], swiftSettings: strict
    ),
  ]
)
