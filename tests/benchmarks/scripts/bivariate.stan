// The default card: mu ~ Normal(0, 3), tau ~ HalfNormal(1.5), rho ~ Uniform(-1, 1).
data {
  int<lower=1> K;
  int<lower=0> tp[K];
  int<lower=0> n1[K];
  int<lower=0> tn[K];
  int<lower=0> n0[K];
  int<lower=0, upper=1> centred;
}
parameters {
  vector[2] mu;
  vector<lower=0>[2] tau;
  real<lower=-1, upper=1> rho;
  vector[K] u;  // centred: the logits themselves; else standard normal
  vector[K] v;
}
transformed parameters {
  vector[K] a;
  vector[K] b;
  if (centred) {
    a = u;
    b = v;
  } else {
    a = mu[1] + tau[1] * u;
    b = mu[2] + tau[2] * (rho * u + sqrt(1 - square(rho)) * v);
  }
}
model {
  mu ~ normal(0, 3);
  tau ~ normal(0, 1.5);
  if (centred) {
    u ~ normal(mu[1], tau[1]);
    v ~ normal(mu[2] + rho * tau[2] / tau[1] * (u - mu[1]), tau[2] * sqrt(1 - square(rho)));
  } else {
    u ~ std_normal();
    v ~ std_normal();
  }
  tp ~ binomial_logit(n1, a);
  tn ~ binomial_logit(n0, b);
}
