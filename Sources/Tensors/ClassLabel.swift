/// The number of a class, counted from 0: wide enough for 65,536 of them.
public typealias ClassLabel = UInt16
