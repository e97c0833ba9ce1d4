; The functions of contracts/src/lib/Word.sol, written down operator by operator on words of 256 bits, and what has to hold
; of them for every word, index and amount. Each property is asserted broken: unsat means that nothing can break it.
(set-logic QF_BV)
(define-sort Word () (_ BitVec 256))

(define-fun zero () Word (_ bv0 256))
(define-fun one () Word (_ bv1 256))
(define-fun max () Word (bvsub (bvshl one (_ bv128 256)) one))
(define-fun ended () Word (bvshl max (_ bv128 256)))

; remaining(word) = word & MAX_AMOUNT
(define-fun remaining ((word Word)) Word (bvand word max))
; flags of a word, as a number of 128 bits
(define-fun flags ((word Word)) Word (bvlshr word (_ bv128 256)))
; flag(index) = uint256(1 << 128) << index; a shift by 256 and more gives zero, in Solidity as here
(define-fun flag ((index Word)) Word (bvshl (bvshl one (_ bv128 256)) index))
; canPay(word, flag, amount) = flag > (word & flag) and amount - 1 < (word & MAX_AMOUNT), wrapping
(define-fun can-pay ((word Word) (paid Word) (amount Word)) Bool
  (and (bvugt paid (bvand word paid)) (bvult (bvsub amount one) (bvand word max))))
; pay(word, paid, amount) = (word | paid) - amount
(define-fun pay ((word Word) (paid Word) (amount Word)) Word (bvsub (bvor word paid) amount))
; unpay(word, unpaid, amount) = (word & ~unpaid) + amount
(define-fun unpay ((word Word) (unpaid Word) (amount Word)) Word (bvadd (bvand word (bvnot unpaid)) amount))
; give(word, total) = word - total, or ENDED where nothing remains
(define-fun give ((word Word) (total Word)) Word
  (let ((less (bvsub word total))) (ite (= (remaining less) zero) ended less)))

(declare-const word Word)
(declare-const index Word)
(declare-const other Word)
(declare-const amount Word)
(declare-const more Word)
(declare-const set Word)
(define-fun index-good () Bool (bvult index (_ bv128 256)))
(define-fun paid-once () Word (pay word (flag index) amount))
(define-fun can () Bool (can-pay word (flag index) amount))

(echo "an index of 128 and above can never be paid")
(push) (assert (and (not index-good) can)) (check-sat) (pop)

(echo "what can be paid is more than nothing, and not more than remains")
(push) (assert (and can (not (and (bvugt amount zero) (bvule amount (remaining word)))))) (check-sat) (pop)

(echo "what can be paid was not paid before")
(push) (assert (and can (not (= (bvand word (flag index)) zero)))) (check-sat) (pop)

(echo "nothing else is refused")
(push)
(assert (and index-good (= (bvand word (flag index)) zero) (bvugt amount zero) (bvule amount (remaining word)) (not can)))
(check-sat) (pop)

(echo "a payment lowers what remains by its amount")
(push) (assert (and can (not (= (remaining paid-once) (bvsub (remaining word) amount))))) (check-sat) (pop)

(echo "a payment sets its own flag and no other")
(push) (assert (and can (not (= (flags paid-once) (bvor (flags word) (flags (flag index))))))) (check-sat) (pop)

(echo "a payment is made once, whatever is asked")
(push) (assert (and can (can-pay paid-once (flag index) more))) (check-sat) (pop)

(echo "a payment takes nothing from what another index can be paid, beside its amount")
(push)
(assert (and can (bvult other (_ bv128 256)) (not (= other index)) (bvule (bvadd amount more) (remaining word))
  (bvule more max) (can-pay word (flag other) more) (not (can-pay paid-once (flag other) more))))
(check-sat) (pop)

(echo "a payment never makes a word zero")
(push) (assert (and can (= paid-once zero))) (check-sat) (pop)

(echo "a payment that failed is taken back to the bit")
(push) (assert (and can (not (= (unpay paid-once (flag index) amount) word)))) (check-sat) (pop)

(echo "many payments at once lower what remains by their sum, and set their flags alone")
(push)
(assert (and (= (bvand set max) zero) (= (bvand word set) zero) (bvule amount (remaining word))
  (not (and (= (remaining (pay word set amount)) (bvsub (remaining word) amount))
    (= (flags (pay word set amount)) (bvor (flags word) (flags set)))))))
(check-sat) (pop)

(echo "of many payments, some that failed are taken back, and the others stay")
(push)
(declare-const failed Word)
(assert (and (= (bvand set max) zero) (= (bvand word set) zero) (bvule amount (remaining word))
  (= (bvand failed (bvnot set)) zero) (bvule more amount)
  (not (and (= (remaining (unpay (pay word set amount) failed more)) (bvadd (bvsub (remaining word) amount) more))
    (= (flags (unpay (pay word set amount) failed more)) (bvor (flags word) (flags (bvand set (bvnot failed)))))))))
(check-sat) (pop)

(echo "a shard's budget lowers what remains by itself and touches no flag, or ends the word")
(push)
(assert (and (bvugt amount zero) (bvule amount (remaining word))
  (not (and (= (remaining (give word amount)) (bvsub (remaining word) amount))
    (or (= (flags (give word amount)) (flags word))
      (and (= amount (remaining word)) (= (give word amount) ended)))))))
(check-sat) (pop)

(echo "a shard's budget never makes a word zero")
(push) (assert (and (bvugt amount zero) (bvule amount (remaining word)) (= (give word amount) zero))) (check-sat) (pop)

(echo "a word that has ended pays nothing")
(push) (assert (can-pay ended (flag index) amount)) (check-sat) (pop)

(echo "a word that was never published pays nothing")
(push) (assert (can-pay zero (flag index) amount)) (check-sat) (pop)
