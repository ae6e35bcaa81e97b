import CSystem
import CZlib

/// Reads a gzip file from its beginning, a piece at a time. (Files that are not compressed are read as
/// they are, as zlib does.)
struct GzipReader: ~Copyable {
  private let file: gzFile
  private let path: String

  /// Opens a file.
  init(path: String) throws {
    guard let file = gzopen(path, "rb") else {
      throw TrainingError("\(path): \(String(cString: strerror(__errno_location().pointee)))")
    }
    self.file = file
    self.path = path
    gzbuffer(file, 1 << 17)
  }

  deinit { gzclose_r(file) }

  /// Fills the buffer; throws if the file ends earlier or is damaged.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < buffer.count {
      let piece = UInt32(min(buffer.count - done, 1 << 30))
      let got = gzread(file, buffer.baseAddress.map { $0 + done }, piece)
      if got < 0 { throw damaged() }
      if got == 0 {
        throw TrainingError(
          "\(path): the data ends after \(done) of \(buffer.count) bytes of a block; "
            + "the file is truncated, install it again")
      }
      done += Int(got)
    }
  }

  /// Throws unless the data ends here and zlib's checksum holds.
  func expectEnd() throws {
    var byte: UInt8 = 0
    let got = gzread(file, &byte, 1)
    // A file cut within its checksum gives 0 bytes and leaves only zlib's error code to tell.
    var code: Int32 = 0
    _ = gzerror(file, &code)
    if got < 0 || code < 0 { throw damaged() }
    if got > 0 {
      throw TrainingError("\(path): more data follows than its header says; this is another file")
    }
  }

  private func damaged() -> TrainingError {
    var code: Int32 = 0
    let text = gzerror(file, &code).map { String(cString: $0) } ?? "damaged"
    return TrainingError("\(path): \(text); the file is truncated or damaged, install it again")
  }
}
