func.func @pointwise(%x: !cmix.packed<8x8x16xui8>) -> !cmix.packed<8x8x4xui4> {
  %w = cmix.constant
      dense<"0xFFE42279F3BD068366A852C1BB9651F3CD18EC08F6A4E724D26FACD2AEB0DAF2">
      : !cmix.packed<4x1x1x16xui4>
  %y = cmix.conv2d %x, %w bias [-1004, -753, 1476, -307] input_zero 128 filter_zero [8]
      requant #cmix.icn<m0 = [1518500250], n0 = [8], zero = 4>
      schedule <expand = columns, filters = 2, pixels = 1, unroll = 4>
      : !cmix.packed<8x8x16xui8>, !cmix.packed<4x1x1x16xui4> -> !cmix.packed<8x8x4xui4>
  func.return %y : !cmix.packed<8x8x4xui4>
}
