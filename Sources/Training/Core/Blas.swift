import CSystem
import CTraining

/// OpenBLAS, opened at run time.
///
/// Not linked, for two reasons: programs start and every command but training works without it; and the
/// core it will use can be chosen first. OpenBLAS 0.3.21 (Debian 12) takes CPUs younger than itself for
/// Haswells and then runs at half speed, so on a CPU with AVX-512 the core is set to SkylakeX unless the
/// user has set `OPENBLAS_CORETYPE`. One thread inside: its own threading changes bits, ours does not.
public struct Blas: Sendable {
  typealias Sgemm =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>?, Int32,
      UnsafePointer<Float>?, Int32, Float, UnsafeMutablePointer<Float>?, Int32
    ) -> Void

  let sgemm: Sgemm
  /// The core whose kernels run: "SkylakeX", "Haswell", ...
  public let core: String
  /// OpenBLAS's own line about its version and options.
  public let configuration: String

  private static let opened: Result<Blas, TrainingError> = open()

  /// The library, opened at the first use.
  ///
  /// - Throws: `TrainingError` naming the Debian package if it is not installed.
  public static func shared() throws -> Blas { try opened.get() }

  private static func open() -> Result<Blas, TrainingError> {
    let choose = training_has_avx512() != 0 && getenv("OPENBLAS_CORETYPE") == nil
    if choose { setenv("OPENBLAS_CORETYPE", "SkylakeX", 1) }
    defer { if choose { unsetenv("OPENBLAS_CORETYPE") } }
    guard let library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
      return .failure(
        TrainingError(
          "OpenBLAS cannot be loaded (\(reason)); install it: apt-get install libopenblas0-pthread")
      )
    }
    typealias Text = @convention(c) () -> UnsafePointer<CChar>?
    typealias SetThreads = @convention(c) (Int32) -> Void
    guard let sgemm = dlsym(library, "cblas_sgemm"),
      let setThreads = dlsym(library, "openblas_set_num_threads")
    else {
      return .failure(
        TrainingError(
          "libopenblas.so.0 has no cblas_sgemm; install the full build: "
            + "apt-get install libopenblas0-pthread"))
    }
    unsafeBitCast(setThreads, to: SetThreads.self)(1)
    func text(_ symbol: String) -> String {
      guard let function = dlsym(library, symbol) else { return "unknown" }
      return unsafeBitCast(function, to: Text.self)().map { String(cString: $0) } ?? "unknown"
    }
    return .success(
      Blas(
        sgemm: unsafeBitCast(sgemm, to: Sgemm.self), core: text("openblas_get_corename"),
        configuration: text("openblas_get_config")))
  }
}
