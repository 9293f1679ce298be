// 3x3 convolution of 3 to 8 channels, stride 2: the first layer of a network.
// A shape to measure: `cmixc bench` gives it the bits and the requantization it is asked for, and
// random constants.
builtin.module {
  func.func @L5(%x: !cmix.packed<96x96x3xui8>) -> !cmix.packed<48x48x8xui8> {
    %weight = cmix.constant dense<1> : !cmix.packed<8x3x3x3xui8>
    %y = cmix.conv2d %x, %weight strides [2, 2] padding [1, 1, 1, 1]
        bias [0, 0, 0, 0, 0, 0, 0, 0]
        requant #cmix.icn<m0 = [1073741824], n0 = [7], zero = 0>
        : !cmix.packed<96x96x3xui8>, !cmix.packed<8x3x3x3xui8> -> !cmix.packed<48x48x8xui8>
    func.return %y : !cmix.packed<48x48x8xui8>
  }
}
