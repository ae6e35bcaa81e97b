import Foundation
import Training
import ZooHost

/// Looks at everything the zoo works with.
struct Examination {
  private let access: ZooAccess

  init(_ access: ZooAccess) { self.access = access }

  var findings: [Finding] {
    [cpu, threads, swift, c, kit, library, blas, fashion] + places + [plugins, python, torch]
  }

  private var environment: [String: String] { ProcessInfo.processInfo.environment }

  private var cpu: Finding {
    let own = "this CPU runs \(Level.machine.rawValue)"
    guard let cap = environment["ACTZOO_ISA"], !cap.isEmpty else {
      return Finding(state: .ok, subject: "CPU", text: own)
    }
    guard let level = Level(rawValue: cap) else {
      return Finding(
        state: .problem, subject: "CPU", text: "\(own); ACTZOO_ISA is '\(cap)', which is no level",
        advice: "unset ACTZOO_ISA, or set one of "
          + Level.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return Finding(
      state: .warning, subject: "CPU", text: "\(own); ACTZOO_ISA caps plugins at \(level.rawValue)",
      advice: "unset ACTZOO_ISA for full speed")
  }

  private var threads: Finding {
    let count = ThreadPool.shared.threads
    let cap = environment["ACTZOO_THREADS"].map { " (ACTZOO_THREADS=\($0))" } ?? ""
    return Finding(state: .ok, subject: "threads", text: "\(count)\(cap)")
  }

  private var swift: Finding {
    guard let path = Toolchain.find("swiftc") else {
      return Finding(
        state: .warning, subject: "Swift", text: "no swiftc on PATH: no plugins in Swift",
        advice: "install Swift 6.3: https://www.swift.org/install")
    }
    let version = output(of: path, ["--version"]).split(separator: "\n").first ?? "version unknown"
    return Finding(state: .ok, subject: "Swift", text: "\(path): \(version)")
  }

  private var c: Finding {
    guard let path = Toolchain.find("cc") ?? Toolchain.find("clang") else {
      return Finding(
        state: .warning, subject: "C compiler", text: "none on PATH: no plugins in C",
        advice: "apt-get install gcc libc6-dev")
    }
    let version = output(of: path, ["--version"]).split(separator: "\n").first ?? "version unknown"
    return Finding(state: .ok, subject: "C compiler", text: "\(path): \(version)")
  }

  private var kit: Finding {
    do {
      let toolchain = try Toolchain()
      return Finding(state: .ok, subject: "plugin kit", text: toolchain.share.path)
    } catch {
      return Finding(
        state: .warning, subject: "plugin kit", text: error.description,
        advice: "run `make`; without the kit `actzoo build` cannot work")
    }
  }

  private var library: Finding {
    let command = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let prefix = command.deletingLastPathComponent().deletingLastPathComponent()
    for path in [prefix.path + "/lib/libactzoo.so", "/usr/local/lib/libactzoo.so"]
    where FileManager.default.fileExists(atPath: path) {
      return Finding(state: .ok, subject: "libactzoo.so", text: path)
    }
    return Finding(
      state: .warning, subject: "libactzoo.so", text: "not found: no calls from C, C++ or Python",
      advice: "run `make`")
  }

  private var blas: Finding {
    do {
      let blas = try Blas.shared()
      return Finding(
        state: .ok, subject: "OpenBLAS", text: "core \(blas.core); \(blas.configuration)")
    } catch {
      return Finding(
        state: .problem, subject: "OpenBLAS", text: "\(error)",
        advice: "apt-get install libopenblas0-pthread")
    }
  }

  private var fashion: Finding {
    let folder = FashionMNIST.folder
    let names = ["train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz"]
    guard names.allSatisfy({ FileManager.default.fileExists(atPath: "\(folder)/\($0)") }) else {
      return Finding(
        state: .warning, subject: "Fashion-MNIST",
        text: "not in \(folder); mnist1d is always there",
        advice: "apt-get install dataset-fashion-mnist")
    }
    return Finding(state: .ok, subject: "Fashion-MNIST", text: folder)
  }

  private var places: [Finding] {
    let zoo = access.open()
    return zoo.searched.map { place in
      var isFolder: ObjCBool = false
      let isThere =
        FileManager.default.fileExists(atPath: place.folder, isDirectory: &isFolder)
        && isFolder.boolValue
      let files = Set(zoo.activations.map(\.path).filter { $0.hasPrefix(place.folder + "/") })
      let text = isThere ? counted(files.count, "plugin") : "not there"
      return Finding(
        state: .ok, subject: "searched", text: "\(place.folder) (\(place.why)): \(text)")
    }
  }

  private var plugins: Finding {
    let zoo = access.open()
    let refused = zoo.reports.count { $0.kind == .refused }
    if zoo.activations.isEmpty {
      return Finding(
        state: .problem, subject: "activations", text: "none found",
        advice: "run `make`, or name a folder with --path or ACTZOO_PATH")
    }
    let text = "\(zoo.activations.count) found, \(counted(refused, "file")) refused"
    return Finding(
      state: refused > 0 ? .warning : .ok, subject: "activations", text: text,
      advice: refused > 0 ? "see `actzoo list --why`" : "")
  }

  private var python: Finding {
    guard let path = pythonPath else {
      return Finding(
        state: .warning, subject: "Python", text: "no python3: no calls from Python",
        advice: "apt-get install python3 python3-venv")
    }
    let version = output(of: path, ["--version"]).trimmingCharacters(in: .whitespacesAndNewlines)
    return Finding(state: .ok, subject: "Python", text: "\(path): \(version)")
  }

  private var torch: Finding {
    // Importing torch takes seconds; its metadata say enough.
    let script = "import importlib.metadata as m; print(m.version('torch'))"
    let version = pythonPath.map { output(of: $0, ["-c", script]) } ?? ""
    let text = version.trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty
      ? Finding(
        state: .warning, subject: "torch", text: "not installed: no comparison with PyTorch",
        advice: "make demo, or pip install torch")
      : Finding(state: .ok, subject: "torch", text: text)
  }

  /// The project's own environment before the system's.
  private var pythonPath: String? {
    [".venv/bin/python"].first { FileManager.default.isExecutableFile(atPath: $0) }
      ?? Toolchain.find("python3")
  }

  /// What a program prints; empty if it fails.
  private func output(of program: String, _ arguments: [String]) -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return "" }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : ""
  }
}
