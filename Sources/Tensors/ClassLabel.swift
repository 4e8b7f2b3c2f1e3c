/// The index of a class, counted from 0; there can be 65,536 classes.
public typealias ClassLabel = UInt16
