/// What a byte of UTF-8 stands for. Names are checked in every run, and a regular expression is compiled
/// each time that it is used.
extension UInt8 {
  var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
  var isSmallLetterOrDigit: Bool { isASCIIDigit || (0x61...0x7A).contains(self) }
  var isASCIILetterOrDigit: Bool { isSmallLetterOrDigit || (0x41...0x5A).contains(self) }
}
