import Foundation

/// One line on standard error that is drawn over itself.
///
/// Silent where nobody watches.
struct ProgressBar {
  private let isShown = isatty(STDERR_FILENO) == 1 && Terminal.isInteractive
  private var lastDrawn = 0.0
  private var isDrawn = false

  /// Shows `text` behind a bar filled to `share` (0...1); at most ten times a second.
  mutating func show(_ share: Double, _ text: String) {
    let now = ProcessInfo.processInfo.systemUptime
    guard isShown, now - lastDrawn > 0.1 || share >= 1 else { return }
    lastDrawn = now
    isDrawn = true
    let width = 24
    let eighths = Int((min(max(share, 0), 1) * Double(width * 8)).rounded())
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let bar = (String(repeating: "█", count: eighths / 8) + parts[eighths % 8]).padded(width)
    let line = "\(bar.inked(.cyan))│ \(text)"
    printError("\r\u{1B}[K" + line, terminator: "")
  }

  /// Removes the line, so that lasting text can take its place.
  mutating func clear() {
    guard isDrawn else { return }
    printError("\r\u{1B}[K", terminator: "")
    isDrawn = false
  }
}
