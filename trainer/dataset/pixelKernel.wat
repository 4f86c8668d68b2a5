;; The arithmetic of scaler.ts and halve.ts: pixels of 8-bit RGB, several at a time, in whole numbers, so that every
;; machine gives the same bytes. `node scripts/kernels.ts` makes pixelKernelBytes.ts of it.
(module
  (memory (export "memory") 1)

  ;; Makes a picture of another size, row by row: blends the rows that a row of the result is made of into $line, and then
  ;; the pixels of that. A table has for each row, or column, of the result the number (i32) of the first row, or column,
  ;; that it is made of, and $pairs times the weights (i16, 16384 is one) of two neighbours, the first two first.
  ;; What is read past the end of a picture or line has the weight 0; what is written past the end is overwritten next.
  (func (export "scale")
    (param $source i32) (param $stride i32)
    (param $rows i32) (param $rowPairs i32) (param $rowsEnd i32)
    (param $columns i32) (param $columnPairs i32) (param $columnsEnd i32)
    (param $line i32) (param $target i32)
    (loop $nextRow
      (call $blendRows
        (i32.add (local.get $source) (i32.mul (i32.load (local.get $rows)) (local.get $stride)))
        (local.get $stride)
        (local.tee $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.get $rowPairs)
        (local.get $line))
      (local.set $target
        (call $blendColumns
          (local.get $line)
          (local.get $columns) (local.get $columnPairs) (local.get $columnsEnd)
          (local.get $target)))
      (local.set $rows (i32.add (local.get $rows) (i32.shl (local.get $rowPairs) (i32.const 2))))
      (br_if $nextRow (i32.lt_u (local.get $rows) (local.get $rowsEnd)))))

  ;; Blends rows of bytes into one line of i16 with 6 bits after the point, 16 values at a time.
  (func $blendRows
    (param $source i32) (param $stride i32) (param $weights i32) (param $pairs i32) (param $line i32)
    (local $end i32) (local $from i32) (local $pair i32) (local $left i32)
    (local $upper v128) (local $lower v128) (local $pairs1 v128) (local $pairs2 v128) (local $weight v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $source) (local.get $stride)))
    (loop $nextValues
      ;; Half of what the shift below drops, which rounds.
      (local.set $a (v128.const i32x4 128 128 128 128))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $from (local.get $source))
      (local.set $pair (local.get $weights))
      (local.set $left (local.get $pairs))
      (loop $nextPair
        (local.set $upper (v128.load (local.get $from)))
        (local.set $from (i32.add (local.get $from) (local.get $stride)))
        (local.set $lower (v128.load (local.get $from)))
        (local.set $from (i32.add (local.get $from) (local.get $stride)))
        (local.set $weight (v128.load32_splat (local.get $pair)))
        (local.set $pair (i32.add (local.get $pair) (i32.const 4)))
        ;; Each value beside the one below it, which is how a dot product takes them.
        (local.set $pairs1 (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23
          (local.get $upper) (local.get $lower)))
        (local.set $pairs2 (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31
          (local.get $upper) (local.get $lower)))
        (local.set $a (i32x4.add (local.get $a)
          (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_u (local.get $pairs1)) (local.get $weight))))
        (local.set $b (i32x4.add (local.get $b)
          (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_u (local.get $pairs1)) (local.get $weight))))
        (local.set $c (i32x4.add (local.get $c)
          (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_u (local.get $pairs2)) (local.get $weight))))
        (local.set $d (i32x4.add (local.get $d)
          (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_u (local.get $pairs2)) (local.get $weight))))
        (br_if $nextPair (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $line)
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (local.get $a) (i32.const 8))
          (i32x4.shr_s (local.get $b) (i32.const 8))))
      (v128.store offset=16 (local.get $line)
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (local.get $c) (i32.const 8))
          (i32x4.shr_s (local.get $d) (i32.const 8))))
      (local.set $line (i32.add (local.get $line) (i32.const 32)))
      (br_if $nextValues
        (i32.lt_u (local.tee $source (i32.add (local.get $source) (i32.const 16))) (local.get $end)))))

  ;; Blends the pixels of a line into a row of the result, rounded and clamped to bytes, and gives where the next begins.
  (func $blendColumns
    (param $line i32) (param $columns i32) (param $pairs i32) (param $end i32) (param $target i32) (result i32)
    (local $from i32) (local $left i32) (local $pixels v128) (local $sum v128)
    (loop $nextColumn
      (local.set $from (i32.add (local.get $line) (i32.mul (i32.load (local.get $columns)) (i32.const 6))))
      ;; Half of what the shift below drops.
      (local.set $sum (v128.const i32x4 0x80000 0x80000 0x80000 0x80000))
      (local.set $left (local.get $pairs))
      (loop $nextPair
        (local.set $columns (i32.add (local.get $columns) (i32.const 4)))
        ;; Two pixels: red beside red, green beside green, blue beside blue.
        (local.set $pixels (v128.load (local.get $from)))
        (local.set $from (i32.add (local.get $from) (i32.const 12)))
        (local.set $sum (i32x4.add (local.get $sum)
          (i32x4.dot_i16x8_s
            (v128.load32_splat (local.get $columns))
            (i8x16.shuffle 0 1 6 7 2 3 8 9 4 5 10 11 0 1 6 7 (local.get $pixels) (local.get $pixels)))))
        (br_if $nextPair (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.set $sum (i32x4.shr_s (local.get $sum) (i32.const 20)))
      (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
      (v128.store32_lane 0 (local.get $target) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
      (local.set $target (i32.add (local.get $target) (i32.const 3)))
      (br_if $nextColumn
        (i32.lt_u (local.tee $columns (i32.add (local.get $columns) (i32.const 4))) (local.get $end))))
    (local.get $target))

  ;; Halves a square picture of $side pixels, an even number, by means of 2 × 2 pixels, rounded half up: two pixels of the
  ;; result at a time.
  (func (export "halve") (param $source i32) (param $side i32) (param $target i32)
    (local $stride i32) (local $rowEnd i32) (local $end i32) (local $to i32) (local $low v128) (local $high v128)
    (local.set $stride (i32.mul (local.get $side) (i32.const 3)))
    (local.set $end (i32.add (local.get $source) (i32.mul (local.get $side) (local.get $stride))))
    (loop $nextRow
      (local.set $rowEnd (i32.add (local.get $source) (local.get $stride)))
      (local.set $to (local.get $target))
      (loop $nextPixels
        ;; Four pixels, 12 bytes, and those below them.
        (local.set $low (i16x8.add
          (i16x8.extend_low_i8x16_u (v128.load (local.get $source)))
          (i16x8.extend_low_i8x16_u (v128.load (i32.add (local.get $source) (local.get $stride))))))
        (local.set $high (i16x8.add
          (i16x8.extend_high_i8x16_u (v128.load (local.get $source)))
          (i16x8.extend_high_i8x16_u (v128.load (i32.add (local.get $source) (local.get $stride))))))
        ;; The first and third pixel, and the second and fourth.
        (local.set $low (i16x8.add
          (i8x16.shuffle 0 1 2 3 4 5 12 13 14 15 16 17 0 0 0 0 (local.get $low) (local.get $high))
          (i8x16.shuffle 6 7 8 9 10 11 18 19 20 21 22 23 0 0 0 0 (local.get $low) (local.get $high))))
        (local.set $low (i16x8.shr_u (i16x8.add (local.get $low) (i16x8.splat (i32.const 2))) (i32.const 2)))
        (v128.store64_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $low) (local.get $low)))
        (local.set $to (i32.add (local.get $to) (i32.const 6)))
        (br_if $nextPixels
          (i32.lt_u (local.tee $source (i32.add (local.get $source) (i32.const 12))) (local.get $rowEnd))))
      (local.set $source (i32.add (local.get $rowEnd) (local.get $stride)))
      (local.set $target (i32.add (local.get $target) (i32.div_u (local.get $stride) (i32.const 2))))
      (br_if $nextRow (i32.lt_u (local.get $source) (local.get $end))))))
