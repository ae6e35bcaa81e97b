import Foundation

/// What standard output is: decides about colours and widths, never about content.
enum Terminal {
  /// Whether a person is reading standard output.
  static let isInteractive = isatty(STDOUT_FILENO) == 1

  /// Colours only where a person reads, and never with NO_COLOR (https://no-color.org).
  static let usesColour: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return isInteractive && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }()

  /// Columns to fit text into; nil in a pipe, where nothing is cut unless COLUMNS says so.
  static let width: Int? = {
    if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init), columns > 19
    {
      return columns
    }
    var size = winsize()
    guard isInteractive, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 19 else {
      return isInteractive ? 80 : nil
    }
    return Int(size.ws_col)
  }()
}

/// The few colours that the command uses, as SGR codes.
enum Ink: Int {
  case bold = 1
  case dim = 2
  case red = 31
  case green = 32
  case yellow = 33
  case blue = 34
  case magenta = 35
  case cyan = 36
}

extension String {
  /// The text in a colour, or as it is where colours are off.
  func inked(_ ink: Ink) -> String {
    Terminal.usesColour ? "\u{1B}[\(ink.rawValue)m\(self)\u{1B}[0m" : self
  }

  /// The text in exactly or at least `width` columns.
  func padded(_ width: Int, right: Bool = false) -> String {
    let gap = String(repeating: " ", count: max(0, width - count))
    return right ? gap + self : self + gap
  }

  /// At most `width` columns; what was cut is shown by an ellipsis.
  func fitted(_ width: Int) -> String {
    count <= width ? self : String(prefix(max(0, width - 1))) + "…"
  }
}

/// Writes to standard error, unbuffered.
func printError(_ text: String, terminator: String = "\n") {
  FileHandle.standardError.write(Data((text + terminator).utf8))
}
