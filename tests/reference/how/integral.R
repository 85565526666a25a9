# The likelihood of the bivariate model with the study effects integrated out, in base R.
#
# Adaptive Gauss-Hermite quadrature with 15 x 15 nodes over spherical effects u, logits = m + L u,
# L lower triangular with a diagonal of at least 0: the edges of the parameter space lie on its
# bounds and are reached exactly.

hermite <- function(n) { # expectations under N(0, 1), by the eigenvalues of the Jacobi matrix
  jacobi <- matrix(0, n, n)
  jacobi[cbind(1:(n - 1), 2:n)] <- jacobi[cbind(2:n, 1:(n - 1))] <- sqrt(1:(n - 1))
  parts <- eigen(jacobi, symmetric = TRUE)
  list(z = parts$values, log_w = 2 * log(abs(parts$vectors[1, ])))
}
rule <- hermite(15)
grid <- expand.grid(z1 = rule$z, z2 = rule$z)
log_w <- as.vector(outer(rule$log_w, rule$log_w, "+"))

# m1, m2: mean logits of each study (or one for all); l = l11, l21, l22; d: counts.
integrated <- function(m1, m2, l, d) {
  n1 <- d$tp + d$fn
  n0 <- d$tn + d$fp
  height <- function(u1, u2) {
    a <- m1 + l[1] * u1
    b <- m2 + l[2] * u1 + l[3] * u2
    d$tp * a - n1 * log1pexp(a) + d$tn * b - n0 * log1pexp(b) - (u1^2 + u2^2) / 2
  }
  u1 <- u2 <- numeric(nrow(d))
  for (step in 1:200) { # Newton for the mode of u, halved where it would fall
    s <- plogis(m1 + l[1] * u1)
    t <- plogis(m2 + l[2] * u1 + l[3] * u2)
    g1 <- l[1] * (d$tp - n1 * s) + l[2] * (d$tn - n0 * t) - u1
    g2 <- l[3] * (d$tn - n0 * t) - u2
    w1 <- n1 * s * (1 - s)
    w0 <- n0 * t * (1 - t)
    h11 <- 1 + l[1]^2 * w1 + l[2]^2 * w0
    h12 <- l[2] * l[3] * w0
    h22 <- 1 + l[3]^2 * w0
    det <- h11 * h22 - h12^2
    d1 <- (h22 * g1 - h12 * g2) / det
    d2 <- (h11 * g2 - h12 * g1) / det
    if (max(abs(d1), abs(d2)) < 1e-9) break
    share <- rep(1, nrow(d))
    before <- height(u1, u2)
    for (half in 1:30) {
      fell <- height(u1 + share * d1, u2 + share * d2) < before - 1e-12
      if (!any(fell)) break
      share[fell] <- share[fell] / 2
    }
    u1 <- u1 + share * d1
    u2 <- u2 + share * d2
  }
  c11 <- sqrt(h22 / det) # lower Cholesky factor of the inverse of (h11, h12, h22)
  c21 <- -h12 / det / c11
  c22 <- 1 / sqrt(h22)
  x1 <- u1 + outer(c11, grid$z1)
  x2 <- u2 + outer(c21, grid$z1) + outer(c22, grid$z2)
  terms <- height(x1, x2) + rep(log_w + (grid$z1^2 + grid$z2^2) / 2, each = nrow(d))
  top <- apply(terms, 1, max)
  sum(top + log(rowSums(exp(terms - top))) + log(c11 * c22)) +
    sum(lchoose(n1, d$tp) + lchoose(n0, d$tn))
}
log1pexp <- function(x) pmax(x, 0) + log1p(exp(-abs(x)))

# The covariance of the free parameters at a minimum, by differences; NA where it has none.
inverse_curvature <- function(p, free, minus) {
  curve <- function(q) {
    whole <- p
    whole[free] <- q
    minus(whole)
  }
  tryCatch(solve(optimHess(p[free], curve, control = list(ndeps = rep(1e-4, sum(free))))),
           error = function(e) matrix(NA, sum(free), sum(free)))
}
