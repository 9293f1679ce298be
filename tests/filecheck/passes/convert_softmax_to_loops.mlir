// RUN: cmix-opt %s --split-input-file -p convert-softmax-to-loops,cse | filecheck %s

// Rows of an image; the last share of a row fills its byte with zeros.
// CHECK:      "memref.global"() <{sym_name = "rows_powers", type = memref<4xi32>, initial_value = dense<[2147483647, 2042749603, 1943123572, 1848356295]> : tensor<4xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @rows(%x_bytes: memref<2x1xi8>, %y_bytes: memref<2x2xi8>) {
// CHECK-NEXT:   %powers = memref.get_global @rows_powers : memref<4xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %row = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     %max = scf.for %c = %c0 to %c3 step %c1 iter_args(%max_1 = %c0_i32) -> (i32) {
// CHECK-NEXT:       %0 = cmix.load_element %x_bytes[%row, %c] : memref<2x1xi8> as <2x3xui2>
// CHECK-NEXT:       %max_2 = arith.maxsi %max_1, %0 : i32
// CHECK-NEXT:       scf.yield %max_2 : i32
// CHECK-NEXT:     }
// CHECK-NEXT:     %sum = scf.for %c_1 = %c0 to %c3 step %c1 iter_args(%sum_1 = %c0_i32) -> (i32) {
// CHECK-NEXT:       %1 = cmix.load_element %x_bytes[%row, %c_1] : memref<2x1xi8> as <2x3xui2>
// CHECK-NEXT:       %2 = arith.subi %max, %1 : i32
// CHECK-NEXT:       %entry = arith.index_cast %2 : i32 to index
// CHECK-NEXT:       %power = memref.load %powers[%entry] : memref<4xi32>
// CHECK-NEXT:       %k = arith.constant 2048 : i32
// CHECK-NEXT:       %3 = arith.addi %power, %k : i32
// CHECK-NEXT:       %c12_i32 = arith.constant 12 : i32
// CHECK-NEXT:       %4 = arith.shrui %3, %c12_i32 : i32
// CHECK-NEXT:       %sum_2 = arith.addi %sum_1, %4 : i32
// CHECK-NEXT:       scf.yield %sum_2 : i32
// CHECK-NEXT:     }
// CHECK-NEXT:     %leading = dsp.clz %sum
// CHECK-NEXT:     %c1_i32 = arith.constant 1 : i32
// CHECK-NEXT:     %5 = arith.subi %leading, %c1_i32 : i32
// CHECK-NEXT:     %denominator = arith.shli %sum, %5 : i32
// CHECK-NEXT:     %slope = arith.constant -1010580540 : i32
// CHECK-NEXT:     %low, %high = dsp.smull %denominator, %slope
// CHECK-NEXT:     %c31_i32 = arith.constant 31 : i32
// CHECK-NEXT:     %6 = arith.shrui %low, %c31_i32 : i32
// CHECK-NEXT:     %c30_i32 = arith.constant 30 : i32
// CHECK-NEXT:     %7 = arith.shrui %low, %c30_i32 : i32
// CHECK-NEXT:     %8 = arith.andi %7, %c1_i32 : i32
// CHECK-NEXT:     %9 = arith.shli %high, %c1_i32 : i32
// CHECK-NEXT:     %10 = arith.ori %9, %6 : i32
// CHECK-NEXT:     %scaled = arith.addi %10, %8 : i32
// CHECK-NEXT:     %k_1 = arith.constant 1515870810 : i32
// CHECK-NEXT:     %11 = arith.addi %scaled, %k_1 : i32
// CHECK-NEXT:     %low_1, %high_1 = dsp.smull %denominator, %11
// CHECK-NEXT:     %12 = arith.shrui %low_1, %c31_i32 : i32
// CHECK-NEXT:     %13 = arith.shrui %low_1, %c30_i32 : i32
// CHECK-NEXT:     %14 = arith.andi %13, %c1_i32 : i32
// CHECK-NEXT:     %15 = arith.shli %high_1, %c1_i32 : i32
// CHECK-NEXT:     %16 = arith.ori %15, %12 : i32
// CHECK-NEXT:     %scaled_1 = arith.addi %16, %14 : i32
// CHECK-NEXT:     %one = arith.constant 536870912 : i32
// CHECK-NEXT:     %17 = arith.subi %one, %scaled_1 : i32
// CHECK-NEXT:     %low_2, %high_2 = dsp.smull %11, %17
// CHECK-NEXT:     %18 = arith.shrui %low_2, %c31_i32 : i32
// CHECK-NEXT:     %19 = arith.shrui %low_2, %c30_i32 : i32
// CHECK-NEXT:     %20 = arith.andi %19, %c1_i32 : i32
// CHECK-NEXT:     %21 = arith.shli %high_2, %c1_i32 : i32
// CHECK-NEXT:     %22 = arith.ori %21, %18 : i32
// CHECK-NEXT:     %scaled_2 = arith.addi %22, %20 : i32
// CHECK-NEXT:     %c2_i32 = arith.constant 2 : i32
// CHECK-NEXT:     %23 = arith.shli %scaled_2, %c2_i32 : i32
// CHECK-NEXT:     %reciprocal = arith.addi %11, %23 : i32
// CHECK-NEXT:     %low_3, %high_3 = dsp.smull %denominator, %reciprocal
// CHECK-NEXT:     %24 = arith.shrui %low_3, %c31_i32 : i32
// CHECK-NEXT:     %25 = arith.shrui %low_3, %c30_i32 : i32
// CHECK-NEXT:     %26 = arith.andi %25, %c1_i32 : i32
// CHECK-NEXT:     %27 = arith.shli %high_3, %c1_i32 : i32
// CHECK-NEXT:     %28 = arith.ori %27, %24 : i32
// CHECK-NEXT:     %scaled_3 = arith.addi %28, %26 : i32
// CHECK-NEXT:     %29 = arith.subi %one, %scaled_3 : i32
// CHECK-NEXT:     %low_4, %high_4 = dsp.smull %reciprocal, %29
// CHECK-NEXT:     %30 = arith.shrui %low_4, %c31_i32 : i32
// CHECK-NEXT:     %31 = arith.shrui %low_4, %c30_i32 : i32
// CHECK-NEXT:     %32 = arith.andi %31, %c1_i32 : i32
// CHECK-NEXT:     %33 = arith.shli %high_4, %c1_i32 : i32
// CHECK-NEXT:     %34 = arith.ori %33, %30 : i32
// CHECK-NEXT:     %scaled_4 = arith.addi %34, %32 : i32
// CHECK-NEXT:     %35 = arith.shli %scaled_4, %c2_i32 : i32
// CHECK-NEXT:     %reciprocal_1 = arith.addi %reciprocal, %35 : i32
// CHECK-NEXT:     %low_5, %high_5 = dsp.smull %denominator, %reciprocal_1
// CHECK-NEXT:     %36 = arith.shrui %low_5, %c31_i32 : i32
// CHECK-NEXT:     %37 = arith.shrui %low_5, %c30_i32 : i32
// CHECK-NEXT:     %38 = arith.andi %37, %c1_i32 : i32
// CHECK-NEXT:     %39 = arith.shli %high_5, %c1_i32 : i32
// CHECK-NEXT:     %40 = arith.ori %39, %36 : i32
// CHECK-NEXT:     %scaled_5 = arith.addi %40, %38 : i32
// CHECK-NEXT:     %41 = arith.subi %one, %scaled_5 : i32
// CHECK-NEXT:     %low_6, %high_6 = dsp.smull %reciprocal_1, %41
// CHECK-NEXT:     %42 = arith.shrui %low_6, %c31_i32 : i32
// CHECK-NEXT:     %43 = arith.shrui %low_6, %c30_i32 : i32
// CHECK-NEXT:     %44 = arith.andi %43, %c1_i32 : i32
// CHECK-NEXT:     %45 = arith.shli %high_6, %c1_i32 : i32
// CHECK-NEXT:     %46 = arith.ori %45, %42 : i32
// CHECK-NEXT:     %scaled_6 = arith.addi %46, %44 : i32
// CHECK-NEXT:     %47 = arith.shli %scaled_6, %c2_i32 : i32
// CHECK-NEXT:     %reciprocal_2 = arith.addi %reciprocal_1, %47 : i32
// CHECK-NEXT:     %48 = arith.shli %reciprocal_2, %c1_i32 : i32
// CHECK-NEXT:     %limit = arith.constant 1073741824 : i32
// CHECK-NEXT:     %49 = arith.cmpi sge, %reciprocal_2, %limit : i32
// CHECK-NEXT:     %most = arith.constant 2147483647 : i32
// CHECK-NEXT:     %scale = arith.select %49, %most, %48 : i32
// CHECK-NEXT:     %c12_i32_1 = arith.constant 12 : i32
// CHECK-NEXT:     %shift = arith.subi %c12_i32_1, %leading : i32
// CHECK-NEXT:     %50 = cmix.load_element %x_bytes[%row, %c0] : memref<2x1xi8> as <2x3xui2>
// CHECK-NEXT:     %51 = arith.subi %max, %50 : i32
// CHECK-NEXT:     %entry_1 = arith.index_cast %51 : i32 to index
// CHECK-NEXT:     %power_1 = memref.load %powers[%entry_1] : memref<4xi32>
// CHECK-NEXT:     %low_7, %high_7 = dsp.smull %power_1, %scale
// CHECK-NEXT:     %52 = arith.shrui %low_7, %c31_i32 : i32
// CHECK-NEXT:     %53 = arith.shrui %low_7, %c30_i32 : i32
// CHECK-NEXT:     %54 = arith.andi %53, %c1_i32 : i32
// CHECK-NEXT:     %55 = arith.shli %high_7, %c1_i32 : i32
// CHECK-NEXT:     %56 = arith.ori %55, %52 : i32
// CHECK-NEXT:     %scaled_7 = arith.addi %56, %54 : i32
// CHECK-NEXT:     %c26_i32 = arith.constant 26 : i32
// CHECK-NEXT:     %57 = arith.shrsi %scaled_7, %c26_i32 : i32
// CHECK-NEXT:     %58 = arith.shrsi %57, %shift : i32
// CHECK-NEXT:     %59 = arith.addi %58, %c1_i32 : i32
// CHECK-NEXT:     %60 = arith.shrsi %59, %c1_i32 : i32
// CHECK-NEXT:     %c15_i32 = arith.constant 15 : i32
// CHECK-NEXT:     %share = arith.minsi %60, %c15_i32 : i32
// CHECK-NEXT:     %61 = cmix.load_element %x_bytes[%row, %c1] : memref<2x1xi8> as <2x3xui2>
// CHECK-NEXT:     %62 = arith.subi %max, %61 : i32
// CHECK-NEXT:     %entry_2 = arith.index_cast %62 : i32 to index
// CHECK-NEXT:     %power_2 = memref.load %powers[%entry_2] : memref<4xi32>
// CHECK-NEXT:     %low_8, %high_8 = dsp.smull %power_2, %scale
// CHECK-NEXT:     %63 = arith.shrui %low_8, %c31_i32 : i32
// CHECK-NEXT:     %64 = arith.shrui %low_8, %c30_i32 : i32
// CHECK-NEXT:     %65 = arith.andi %64, %c1_i32 : i32
// CHECK-NEXT:     %66 = arith.shli %high_8, %c1_i32 : i32
// CHECK-NEXT:     %67 = arith.ori %66, %63 : i32
// CHECK-NEXT:     %scaled_8 = arith.addi %67, %65 : i32
// CHECK-NEXT:     %68 = arith.shrsi %scaled_8, %c26_i32 : i32
// CHECK-NEXT:     %69 = arith.shrsi %68, %shift : i32
// CHECK-NEXT:     %70 = arith.addi %69, %c1_i32 : i32
// CHECK-NEXT:     %71 = arith.shrsi %70, %c1_i32 : i32
// CHECK-NEXT:     %share_1 = arith.minsi %71, %c15_i32 : i32
// CHECK-NEXT:     cmix.store_elements %share, %share_1 to %y_bytes[%row, %c0] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:     %72 = cmix.load_element %x_bytes[%row, %c2] : memref<2x1xi8> as <2x3xui2>
// CHECK-NEXT:     %73 = arith.subi %max, %72 : i32
// CHECK-NEXT:     %entry_3 = arith.index_cast %73 : i32 to index
// CHECK-NEXT:     %power_3 = memref.load %powers[%entry_3] : memref<4xi32>
// CHECK-NEXT:     %low_9, %high_9 = dsp.smull %power_3, %scale
// CHECK-NEXT:     %74 = arith.shrui %low_9, %c31_i32 : i32
// CHECK-NEXT:     %75 = arith.shrui %low_9, %c30_i32 : i32
// CHECK-NEXT:     %76 = arith.andi %75, %c1_i32 : i32
// CHECK-NEXT:     %77 = arith.shli %high_9, %c1_i32 : i32
// CHECK-NEXT:     %78 = arith.ori %77, %74 : i32
// CHECK-NEXT:     %scaled_9 = arith.addi %78, %76 : i32
// CHECK-NEXT:     %79 = arith.shrsi %scaled_9, %c26_i32 : i32
// CHECK-NEXT:     %80 = arith.shrsi %79, %shift : i32
// CHECK-NEXT:     %81 = arith.addi %80, %c1_i32 : i32
// CHECK-NEXT:     %82 = arith.shrsi %81, %c1_i32 : i32
// CHECK-NEXT:     %share_2 = arith.minsi %82, %c15_i32 : i32
// CHECK-NEXT:     cmix.store_elements %share_2 to %y_bytes[%row, %c2] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @rows(%x_bytes: memref<2x1xi8>, %y_bytes: memref<2x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x1xi8> as !cmix.packed<2x3xui2>
  %y = cmix.softmax %x multiplier 1717986918 left_shift 22
      : !cmix.packed<2x3xui2> -> !cmix.packed<2x3xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x3xui4> to memref<2x2xi8>
  return
}

// -----

// A requantization of the share in place of its rounding.
// CHECK:      func.func private @requantized(%x_bytes: memref<1xi8>, %y_bytes: memref<1xi8>) {
// CHECK:        %power_1 = memref.load %powers[%entry_1] : memref<4xi32>
// CHECK-NEXT:   %low_7, %high_7 = dsp.smull %power_1, %scale
// CHECK-NEXT:   %52 = arith.shrui %low_7, %c31_i32 : i32
// CHECK-NEXT:   %53 = arith.shrui %low_7, %c30_i32 : i32
// CHECK-NEXT:   %54 = arith.andi %53, %c1_i32 : i32
// CHECK-NEXT:   %55 = arith.shli %high_7, %c1_i32 : i32
// CHECK-NEXT:   %56 = arith.ori %55, %52 : i32
// CHECK-NEXT:   %scaled_7 = arith.addi %56, %54 : i32
// CHECK-NEXT:   %share = arith.shrsi %scaled_7, %shift : i32
// CHECK-NEXT:   %57 = cmix.requantize %share channel %c0 by #cmix.fixed_point<multiplier = [1677721600], shift = [-23], zero = 2, min = 0, max = 15> to ui4
// CHECK-NEXT:   cmix.store_elements %57 to %y_bytes[%c0] : memref<1xi8> as <1xui4>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @requantized(%x_bytes: memref<1xi8>, %y_bytes: memref<1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1xi8> as !cmix.packed<1xui2>
  %y = cmix.softmax %x multiplier 1717986918 left_shift 22
      requant #cmix.fixed_point<multiplier = [1677721600], shift = [-23], zero = 2, min = 0, max = 15>
      : !cmix.packed<1xui2> -> !cmix.packed<1xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1xui4> to memref<1xi8>
  return
}
